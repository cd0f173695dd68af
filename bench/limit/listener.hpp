// Accepts connections on a port of loopback, and makes them on another.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "bench/limit/event_loop.hpp"

#include <cstdint>
#include <functional>
#include <string_view>

namespace bench::limit {

/// Level-triggered and one connection an event, so that no accept is made only to learn that nobody
/// is there. Accepted sockets inherit TCP_NODELAY from the listener.
class listener : public source {
public:
    using accepted = std::function<void(unique_fd)>;

    /// Errors: std::system_error.
    listener(event_loop&, std::uint16_t port, accepted);

    void ready(std::uint32_t events) override;

private:
    event_loop& loop_;
    accepted accepted_;
};

/// Begins to connect, without Nagle's delay. Nothing where there is no descriptor. Errors: those of
/// the connection come by epoll.
[[nodiscard]] unique_fd connect_to(std::uint16_t port);

/// Errors: std::invalid_argument.
[[nodiscard]] std::uint16_t parse_port(std::string_view);

} // namespace bench::limit
