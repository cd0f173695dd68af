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

/// The longest that one blocking call of ours may take: nothing here waits for ever.
inline constexpr std::chrono::milliseconds io_limit{10'000};

/// Where the subjects of this program listen, an IPv4 address; 127.0.0.1 unless this is called,
/// once and first. Errors: std::invalid_argument.
void subjects_are_at(const std::string& address);

/// Errors of all functions here: std::system_error; std::runtime_error at an unexpected end.
/// Reached by the subjects: on loopback, or, where they are elsewhere, on every address.
[[nodiscard]] unique_fd listen_for_subject();
[[nodiscard]] std::uint16_t port_of(const unique_fd&);

/// A port that nobody here listened on a moment ago.
[[nodiscard]] std::uint16_t free_port();

/// To a subject. Blocking, without Nagle's delay.
[[nodiscard]] unique_fd connect_to(std::uint16_t port, std::chrono::milliseconds limit = io_limit);
[[nodiscard]] unique_fd accept_from(const unique_fd& listener,
                                    std::chrono::milliseconds limit = io_limit);

void send_all(const unique_fd&, std::span<const std::byte>);
void receive_exactly(const unique_fd&, std::span<std::byte>);

/// 0 at the end of the stream.
[[nodiscard]] std::size_t receive_some(const unique_fd&, std::span<std::byte>);

void set_receive_limit(const unique_fd&, std::chrono::milliseconds);
void make_nonblocking(const unique_fd&);

/// Closes with RST, so that the host keeps no TIME_WAIT for it.
void reset(unique_fd);

} // namespace bench
