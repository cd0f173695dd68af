// A connection's last phase: an open WebSocket and its target.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "wsgate/arrival.hpp"
#include "wsgate/handover/moved.hpp"
#include "wsgate/http_answer.hpp"
#include "wsgate/session_aside.hpp"
#include "wsgate/ws/bridge.hpp"

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace wsgate {

/// An opening handshake that the doorman has admitted.
struct admitted_opening {
    open_session asked;
    wsgate::sender sender;
    wsgate::admission admission;
    target to;                                ///< with the PROXY header that it is sent
    std::unique_ptr<net::stream> connected{}; ///< the target, where it was dialled first
};

/// Chooses the target: the one of the token, or else the configured one.
[[nodiscard]] admitted_opening admit(const accepted_connection&, const arrival&, open_session,
                                     sender, admission);

class session final : public phase {
public:
    /// `early`: what came behind the head of the opening handshake.
    session(const accepted_connection&, arrival, admitted_opening, std::vector<std::byte> early);

    /// Goes on with a session that was set aside.
    session(const accepted_connection&, session_aside);

    /// To be called once. Carries bytes until both sides have ended, or it is set aside.
    [[nodiscard]] asio::awaitable<void> run();

    void go_away() override;
    [[nodiscard]] std::unique_ptr<session_aside> set_aside() override;
    [[nodiscard]] bool show() const override;

private:
    /// Of a session that was set aside.
    struct earlier {
        route where; ///< the terms may have it no more
        wsgate::bridge::detached carried;
    };

    [[nodiscard]] session_facts facts() const;
    [[nodiscard]] bridge make_bridge(bridge_observer&);
    [[nodiscard]] moved_session describe() const;
    [[nodiscard]] bridge_options options() const;
    [[nodiscard]] dialler way_to_target();
    [[nodiscard]] asio::awaitable<dialled> dial_target() const;
    [[nodiscard]] std::chrono::milliseconds age() const;

    const accepted_connection& connection_;
    std::unique_ptr<earlier> earlier_; ///< null: the session began here
    arrival client_;
    admitted_opening opening_;
    std::vector<std::byte> early_;
    session_facts facts_; ///< refers to the members above
    net::clock::time_point began_;
    bool is_aside_ = false;
    bridge* bridge_ = nullptr; ///< null unless it is running
};

} // namespace wsgate
