// A target that is a plain TCP server, or a WebSocket server.
// SPDX-License-Identifier: EUPL-1.2
#include "bench/gate/target_end.hpp"

#include "bench/gate/ws_frames.hpp"
#include "bench/set_up_loop.hpp"
#include "bench/ws_server.hpp"

#include <algorithm>
#include <array>
#include <poll.h>
#include <random>
#include <stdexcept>

namespace bench {

namespace {

// A ws_proxy connects when it has the client's request, which may come behind TLS.
void open_until_asked(ws_client& client, const unique_fd& listener) {
    std::array<pollfd, 2> ready{
        pollfd{.fd = listener.get(), .events = POLLIN, .revents = 0},
        pollfd{.fd = client.socket().get(), .events = POLLIN, .revents = 0}};
    while (ready[0].revents == 0) {
        if (client.open()) {
            throw std::runtime_error("the subject opened a WebSocket without asking its target");
        }
        if (::poll(ready.data(), ready.size(), static_cast<int>(io_limit.count())) < 1) {
            throw std::runtime_error("the subject did not connect in time");
        }
    }
}

// The client speaks the repeater's handshake in frames.
unique_fd server_behind_chain(ws_client& client, running_subject& subject) {
    const auto id = subject.next_id();
    auto server = subject.waiting_server(id);
    client.open_now();
    std::array<std::byte, 2 + greeting_size> greeting{};
    client.receive_now(greeting);
    std::vector<std::byte> hello;
    append_masked(hello, hello_for(id), 0x9e3779b9);
    client.send_now(hello);
    send_all(server, first_byte);
    return server;
}

} // namespace

speech speech_behind(subject_kind kind) {
    return kind == subject_kind::ws_proxy ? speech::frames : speech::bytes;
}

unique_fd target_for(ws_client& client, running_subject& subject) {
    if (subject.kind() == subject_kind::chain) {
        return server_behind_chain(client, subject);
    }
    if (speech_behind(subject.kind()) == speech::bytes) {
        client.open_now();
        auto target = accept_from(subject.listener());
        send_all(target, first_byte);
        return target;
    }
    open_until_asked(client, subject.listener());
    auto target = accept_from(subject.listener());
    while (!take_request(target)) {
    }
    answer_request(target);
    return target;
}

std::vector<std::byte> spoken(std::span<const std::byte> payload, speech how) {
    if (how == speech::bytes) {
        return {payload.begin(), payload.end()};
    }
    std::mt19937 random(2);
    std::vector<std::byte> wire;
    while (!payload.empty()) {
        const auto size = std::min<std::size_t>(payload.size(), 1 + random() % 200'000U);
        append_unmasked(wire, payload.first(size));
        payload = payload.subspan(size);
    }
    return wire;
}

std::vector<std::byte> farewell(speech how) {
    return how == speech::frames ? unmasked_close() : std::vector<std::byte>{};
}

hash hash_heard(const unique_fd& socket, std::size_t size, speech how) {
    if (how == speech::bytes) {
        return hash_received(socket, size);
    }
    hash h;
    frame_reader reader;
    std::vector<std::byte> buffer(100'000);
    while (h.size() < size && !reader.has_closed()) {
        const auto got = receive_some(socket, buffer);
        if (got == 0) {
            break;
        }
        h.feed(reader.payload_of(std::span(buffer).first(got)));
    }
    return h;
}

} // namespace bench
