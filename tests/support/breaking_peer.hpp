// A server that follows a script and breaks after its n-th step.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "tests/support/bytes.hpp"
#include "tests/support/tcp_client.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <optional>
#include <ostream>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace support {

enum class breaks { by_closing, by_reset, by_silence };

inline constexpr std::array all_breaks{breaks::by_closing, breaks::by_reset, breaks::by_silence};

inline std::ostream& operator<<(std::ostream& to, breaks how) {
    constexpr std::array names{"closes", "resets", "is silent"};
    return to << names.at(static_cast<std::size_t>(how));
}

/// Serves one connection after the other on a thread of its own. Having broken it lets nobody in
/// any more, unless it is just silent, and waits until its client has closed, so that nothing
/// depends on who is faster.
class breaking_peer {
public:
    /// Of the connection that is served; another takes its place where a step assigns one.
    using step = std::function<void(tcp_client&, tcp_listener&)>;

    /// Takes the first `n` steps.
    breaking_peer(std::vector<step> steps, std::size_t n, breaks how)
        : steps_(std::move(steps)), port_(listener_->port()),
          thread_([this, n, how] { serve(n, how); }) {}

    breaking_peer(const breaking_peer&) = delete;
    breaking_peer& operator=(const breaking_peer&) = delete;

    ~breaking_peer() { thread_.join(); }

    [[nodiscard]] std::uint16_t port() const { return port_; }

private:
    void serve(std::size_t n, breaks how) {
        try {
            auto client = listener_->accept();
            for (const auto& take : std::span(steps_).first(n)) {
                take(client, *listener_);
            }
            if (how != breaks::by_silence) {
                listener_.reset();
            }
            if (how == breaks::by_reset) {
                client.reset();
                return;
            }
            if (how == breaks::by_closing) {
                client.finish_sending();
            }
            (void)client.receive_until_eof();
        } catch (const std::exception&) { // the client has left: that is what its test looks at
        }
    }

    std::optional<tcp_listener> listener_{std::in_place};
    std::vector<step> steps_;
    std::uint16_t port_;
    std::thread thread_;
};

/// A step: sends a text.
[[nodiscard]] inline breaking_peer::step say(std::string text) {
    return [text = std::move(text)](tcp_client& to, tcp_listener&) { to.send(bytes_of(text)); };
}

/// Reads up to an empty line, and no further.
[[nodiscard]] inline std::string receive_head(tcp_client& from) {
    std::string head;
    while (!head.ends_with("\r\n\r\n")) {
        head += text_of(from.receive(1));
    }
    return head;
}

} // namespace support
