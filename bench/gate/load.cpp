// Streams through a gateway as fast as they go.
// SPDX-License-Identifier: EUPL-1.2
#include "bench/gate/load.hpp"

#include "bench/gate/ws_frames.hpp"
#include "bench/poller.hpp"

#include <algorithm>
#include <exception>
#include <random>
#include <sys/socket.h>

namespace bench {

namespace {

constexpr std::size_t chunk_size = std::size_t{256} * 1024;

// Where an end breaks, its thread ends; that little or nothing has come tells of it.
template <class Loop>
std::jthread thread_of(Loop loop) {
    return std::jthread([loop](const std::stop_token& stop) {
        try {
            loop(stop);
        } catch (const std::exception&) { // NOLINT(bugprone-empty-catch): told above
        }
    });
}

} // namespace

gate_load::gate_load(std::span<gate_session> sessions, flow f) : sessions_(sessions), flow_(f) {
    for (const auto& session : sessions_) {
        make_nonblocking(session.target);
    }
    if (flow_.up) {
        make_frames();
        receiver_ = thread_of([this](const std::stop_token& stop) { receive_up(stop); });
        sender_ = thread_of([this](const std::stop_token& stop) { send_up(stop); });
    } else {
        receiver_ = thread_of([this](const std::stop_token& stop) { receive_down(stop); });
        sender_ = thread_of([this](const std::stop_token& stop) { send_down(stop); });
    }
}

void gate_load::make_frames() {
    const std::vector<std::byte> payload(flow_.frame, std::byte{0x5a});
    std::mt19937 random(1);
    while (frames_.size() < chunk_size) {
        append_masked(frames_, payload, static_cast<std::uint32_t>(random()));
        frame_ = frame_ == 0 ? frames_.size() : frame_;
    }
}

void gate_load::send_up(const std::stop_token& stop) {
    poller ready;
    for (std::size_t i = 0; i < sessions_.size(); ++i) {
        ready.add(sessions_[i].client.socket(), EPOLLOUT, i);
    }
    const auto most = flow_.one_by_one ? frame_ : chunk_size;
    std::vector<std::size_t> at(sessions_.size()); // of frames_, what has been sent
    while (!stop.stop_requested()) {
        for (const auto& event : ready.wait(look_at_stop)) {
            auto& done = at[event.data.u64];
            const auto rest = std::span(frames_).subspan(done);
            const auto sent =
                sessions_[event.data.u64].client.try_send(rest.first(std::min(most, rest.size())));
            done = (done + sent.value_or(0)) % frames_.size();
        }
    }
}

void gate_load::receive_up(const std::stop_token& stop) {
    poller ready;
    for (std::size_t i = 0; i < sessions_.size(); ++i) {
        ready.add(sessions_[i].target, EPOLLIN, i);
    }
    while (!stop.stop_requested()) {
        for (const auto& event : ready.wait(look_at_stop)) {
            // Thrown away by the kernel: the generator is to cost little.
            const auto& session = sessions_[event.data.u64];
            const auto got = ::recv(session.target.get(), nullptr, chunk_size, MSG_TRUNC);
            if (got == 0) {
                return;
            }
            const auto bytes = static_cast<std::size_t>(std::max<ssize_t>(got, 0));
            add(session.target_speaks == speech::frames ? bytes * flow_.frame / frame_ : bytes);
        }
    }
}

void gate_load::send_down(const std::stop_token& stop) {
    poller ready;
    for (std::size_t i = 0; i < sessions_.size(); ++i) {
        ready.add(sessions_[i].target, EPOLLOUT, i);
    }
    auto stream =
        spoken(std::vector<std::byte>(chunk_size, std::byte{0x5a}), sessions_[0].target_speaks);
    const auto size = stream.size();
    stream.resize(2 * size); // as much follows wherever a frame was cut
    std::copy_n(stream.begin(), size, stream.begin() + static_cast<std::ptrdiff_t>(size));
    std::vector<std::size_t> at(sessions_.size());
    while (!stop.stop_requested()) {
        for (const auto& event : ready.wait(look_at_stop)) {
            auto& done = at[event.data.u64];
            const auto sent = ::send(sessions_[event.data.u64].target.get(), stream.data() + done,
                                     size, MSG_NOSIGNAL);
            done = (done + static_cast<std::size_t>(std::max<ssize_t>(sent, 0))) % size;
        }
    }
}

void gate_load::receive_down(const std::stop_token& stop) {
    poller ready;
    for (std::size_t i = 0; i < sessions_.size(); ++i) {
        ready.add(sessions_[i].client.socket(), EPOLLIN, i);
    }
    while (!stop.stop_requested()) {
        for (const auto& event : ready.wait(look_at_stop)) {
            auto& client = sessions_[event.data.u64].client;
            // TLS may hold back records that no event will tell of.
            for (auto got = client.try_discard(); got && !stop.stop_requested();
                 got = client.try_discard()) {
                if (*got == 0) {
                    return;
                }
                add(*got);
            }
        }
    }
}

} // namespace bench
