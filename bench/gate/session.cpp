// A session through a gateway.
// SPDX-License-Identifier: EUPL-1.2
#include "bench/gate/session.hpp"

#include "bench/ws_server.hpp"

#include <array>
#include <stdexcept>
#include <utility>

namespace bench {

gate_session make_gate_session(running_subject& subject) {
    ws_client client(subject.viewer_port(), subject.wrap());
    auto target = target_for(client, subject);
    client.open_now();
    gate_session made{.client = std::move(client),
                      .target = std::move(target),
                      .target_speaks = speech_behind(subject.kind())};
    std::array<std::byte, first_ws_frame.size()> frame{};
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
