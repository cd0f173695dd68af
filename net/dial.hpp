// Looks a name's addresses up, and connects to the first that answers.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/connection.hpp"
#include "net/deadline.hpp"
#include "net/nothrow.hpp"
#include "net/resolver.hpp"
#include "net/tcp_stream.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace net {

/// What a name was resolved to: its addresses with the wanted port, in the order to try them, or
/// an error.
struct resolved {
    error_code error;
    std::vector<asio::ip::tcp::endpoint> endpoints;
};

/// Takes `host` for an address where it is one, and else asks `names` for at most `limit`. Errors:
/// the resolver's; timed_out; operation_aborted where the wait was cancelled. `names` outlives the
/// wait.
[[nodiscard]] asio::awaitable<resolved> resolve(resolver& names, std::string host,
                                                std::uint16_t port, clock::duration limit);

/// The same with a resolver of its own, which asks the system.
[[nodiscard]] asio::awaitable<resolved> resolve(std::string host, std::uint16_t port,
                                                clock::duration limit);

/// An address that was tried and not taken, and why.
struct missed_address {
    asio::ip::tcp::endpoint at;
    error_code error;

    friend bool operator==(const missed_address&, const missed_address&) = default;
};

/// "192.0.2.1:443: Connection refused; [2001:db8::1]:443: Connection timed out"; the first few, and
/// how many there are beside them.
[[nodiscard]] std::string to_string(const std::vector<missed_address>&);

/// Either a connection, with the options set, or an error.
struct connected {
    std::unique_ptr<tcp_stream> stream;
    error_code error;
    std::vector<missed_address> missed{}; ///< in the order in which they failed
};

/// Connects to the first of these addresses that answers: they are tried in the order of
/// interleaved(), the next one soon after the one before and not only once that has failed (RFC
/// 8305; see connect_race). Sockets that do not win are closed. Errors: the last address's;
/// timed_out after `limit`; operation_aborted where the wait was cancelled; host_not_found where
/// there is no address.
///
/// RFC 8305 3 also looks both families up at once and begins with the first answer. That needs a
/// resolver of one's own; getaddrinfo(3) gives all addresses together.
[[nodiscard]] asio::awaitable<connected> connect(std::vector<asio::ip::tcp::endpoint>,
                                                 clock::duration limit, tcp_options);

/// The addresses without `done` and without those that were missed for good: who is left where what
/// answers at `done` turns out to be of no use.
[[nodiscard]] std::vector<asio::ip::tcp::endpoint> left_of(std::vector<asio::ip::tcp::endpoint>,
                                                           const asio::ip::tcp::endpoint& done,
                                                           const std::vector<missed_address>&);

} // namespace net
