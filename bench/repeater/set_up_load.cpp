// Makes pairs and breaks them, some in flight at any time.
// SPDX-License-Identifier: EUPL-1.2
#include "bench/repeater/set_up_load.hpp"

#include <stdexcept>
#include <sys/socket.h>
#include <utility>

namespace bench {

namespace {

constexpr std::array first_byte{std::byte{'R'}};

} // namespace

set_up_load::set_up_load(running_subject& subject)
    : subject_(subject), greeting_(subject.kind() == subject_kind::repeater ? greeting_size : 0) {
    if (subject_.listener()) {
        ready_.add(subject_.listener(), EPOLLIN, listener_key);
    }
}

std::vector<double> set_up_load::run(std::chrono::milliseconds duration) {
    const auto until = clock::now() + duration;
    for (std::size_t slot = 0; slot < in_flight; ++slot) {
        begin(slot);
    }
    while (clock::now() < until) {
        for (const auto& event : ready_.wait(std::chrono::milliseconds(20))) {
            const auto key = event.data.u64;
            if (key < in_flight) {
                read_viewer(key);
            } else if (key == listener_key) {
                accept_server();
            } else {
                drop_server(static_cast<int>(key - accepted_key));
            }
        }
    }
    return std::move(took_);
}

void set_up_load::begin(std::size_t slot) {
    auto& a = attempts_[slot];
    a = {.began = clock::now(), .id = subject_.next_id(), .server = {}, .viewer = {}};
    if (greeting_ > 0) {
        a.server = subject_.waiting_server(a.id);
        // Early bytes: a server may speak before its viewer is there.
        send_all(a.server, first_byte);
    }
    a.viewer = connect_to(subject_.viewer_port());
    ready_.add(a.viewer, EPOLLIN, slot);
}

void set_up_load::read_viewer(std::size_t slot) {
    auto& a = attempts_[slot];
    const auto expected = a.received < greeting_ ? greeting_ : greeting_ + first_byte.size();
    std::array<std::byte, greeting_size + 1> buffer{};
    const auto got = receive_some(a.viewer, std::span(buffer).first(expected - a.received));
    if (got == 0) {
        throw std::runtime_error("the subject closed a viewer's connection");
    }
    a.received += got;
    if (a.received == greeting_ + first_byte.size()) {
        finish(slot);
    } else if (a.received == greeting_) {
        send_all(a.viewer, hello_for(a.id));
    }
}

void set_up_load::accept_server() {
    auto server = accept_from(subject_.listener());
    send_all(server, first_byte);
    ready_.add(server, EPOLLIN, accepted_key + static_cast<std::uint64_t>(server.get()));
    const int fd = server.get();
    accepted_.insert_or_assign(fd, std::move(server));
}

void set_up_load::finish(std::size_t slot) {
    auto& a = attempts_[slot];
    const std::chrono::duration<double, std::milli> took = clock::now() - a.began;
    took_.push_back(took.count());
    reset(std::move(a.viewer));
    reset(std::move(a.server));
    begin(slot);
}

void set_up_load::drop_server(int fd) {
    if (auto gone = accepted_.extract(fd)) {
        reset(std::move(gone.mapped()));
    }
}

} // namespace bench
