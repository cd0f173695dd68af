// TCP with plain sockets: connect, accept, send, receive, each bounded in time.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/unique_fd.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace bench {

using net::unique_fd;

/// The longest that one blocking call of ours may take.
inline constexpr std::chrono::milliseconds io_limit{10'000};

/// Sets the IPv4 address where the subjects listen, 127.0.0.1 by default. To be called at most
/// once, before anything else. Errors: std::invalid_argument.
void subjects_are_at(const std::string& address);

// All functions here throw std::system_error, or std::runtime_error at an unexpected end.

/// Makes a listener that the subjects can reach: on loopback, or on every address where the
/// subjects are elsewhere.
[[nodiscard]] unique_fd listen_for_subject();
[[nodiscard]] std::uint16_t port_of(const unique_fd&);

/// A port that nobody here listened on a moment ago.
[[nodiscard]] std::uint16_t free_port();

/// Connects to a subject. The socket is blocking, without Nagle's delay.
[[nodiscard]] unique_fd connect_to(std::uint16_t port, std::chrono::milliseconds limit = io_limit);
[[nodiscard]] unique_fd accept_from(const unique_fd& listener,
                                    std::chrono::milliseconds limit = io_limit);

void send_all(const unique_fd&, std::span<const std::byte>);
void receive_exactly(const unique_fd&, std::span<std::byte>);

/// Returns 0 at the end of the stream.
[[nodiscard]] std::size_t receive_some(const unique_fd&, std::span<std::byte>);

void set_receive_limit(const unique_fd&, std::chrono::milliseconds);
void make_nonblocking(const unique_fd&);

/// Closes with RST, so that the host keeps no TIME_WAIT for it.
void reset(unique_fd);

} // namespace bench
