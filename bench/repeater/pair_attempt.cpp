// The steps of both ends until the server's first byte is at the viewer.
// SPDX-License-Identifier: EUPL-1.2
#include "bench/repeater/pair_attempt.hpp"

#include "bench/set_up_loop.hpp"

#include <array>
#include <span>
#include <stdexcept>
#include <utility>

namespace bench {

pair_attempt::pair_attempt(running_subject& subject)
    : greeting_(subject.kind() == subject_kind::repeater ? greeting_size : 0),
      id_(subject.next_id()) {
    if (greeting_ > 0) {
        server_ = subject.waiting_server(id_);
        // Early bytes: a server may speak before its viewer is there.
        send_all(server_, first_byte);
    }
    viewer_ = connect_to(subject.viewer_port());
}

bool pair_attempt::go_on() {
    const auto expected = received_ < greeting_ ? greeting_ : greeting_ + first_byte.size();
    std::array<std::byte, greeting_size + first_byte.size()> buffer{};
    const auto got = receive_some(viewer_, std::span(buffer).first(expected - received_));
    if (got == 0) {
        throw std::runtime_error("the subject closed a viewer's connection");
    }
    received_ += got;
    if (received_ == greeting_) {
        send_all(viewer_, hello_for(id_));
    }
    return received_ == greeting_ + first_byte.size();
}

void pair_attempt::reset() {
    bench::reset(std::move(viewer_));
    bench::reset(std::move(server_));
}

} // namespace bench
