// A session through a gateway.
// SPDX-License-Identifier: EUPL-1.2
#include "bench/gate/session.hpp"

#include "bench/gate/ws_frames.hpp"

#include <array>
#include <stdexcept>
#include <utility>

namespace bench {

namespace {

// Makes the server that waits behind a chain, and names its ID for the client.
unique_fd meet_server(running_subject& subject, ws_client& client) {
    const auto id = subject.next_id();
    auto server = subject.waiting_server(id);
    std::array<std::byte, 2 + greeting_size> frame{};
    client.receive_now(frame);
    std::vector<std::byte> hello;
    append_masked(hello, hello_for(id), 0x9e3779b9);
    client.send_now(hello);
    return server;
}

} // namespace

gate_session make_gate_session(running_subject& subject) {
    ws_client client(subject.viewer_port(), subject.wrap());
    client.open_now();
    auto target = subject.kind() == subject_kind::chain ? meet_server(subject, client)
                                                        : accept_from(subject.listener());
    gate_session made{.client = std::move(client), .target = std::move(target)};
    send_all(made.target, std::array{std::byte{'R'}});
    std::array<std::byte, 3> frame{}; // header and payload
    made.client.receive_now(frame);
    return made;
}

std::vector<gate_session> make_gate_sessions(const slice& s, std::size_t count) {
    const auto deadline = std::chrono::steady_clock::now() + pairs_limit;
    std::vector<gate_session> sessions;
    while (sessions.size() < count) {
        if (std::chrono::steady_clock::now() > deadline) {
            throw std::runtime_error("made only " + std::to_string(sessions.size()) + " of " +
                                     std::to_string(count) + " sessions in time");
        }
        sessions.push_back(make_gate_session(s.subject));
    }
    return sessions;
}

void reset(gate_session session) {
    session.client.reset();
    reset(std::move(session.target));
}

void reset(std::vector<gate_session> sessions) {
    for (auto& session : sessions) {
        reset(std::move(session));
    }
}

} // namespace bench
