// A TCP or Unix connection as a plain value: it belongs to no event loop and can be handed over.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/nothrow.hpp"
#include "net/unique_fd.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace net {

/// The socket (non-blocking), who is at the other end, and bytes that were read from it but belong
/// to the session: whoever takes the connection delivers them first.
struct connection {
    unique_fd socket;
    asio::ip::tcp::endpoint peer; ///< none, as it is made, where it came by a Unix socket
    std::vector<std::byte> early;
};

/// TCP settings by which a peer that vanished without a packet is noticed: within about a minute,
/// whether it waits or relays.
struct tcp_options {
    std::chrono::seconds keepalive_idle{30}; ///< at most; 0: no keepalive
    std::chrono::seconds keepalive_interval{5};
    unsigned keepalive_probes = 6;
    /// Keepalive does not fire while data is unacknowledged; this does.
    std::chrono::milliseconds user_timeout{60'000};
    /// Bytes that the kernel keeps for a peer beyond what is under way to it; 0: as many as its
    /// autotuning allows, which may be megabytes.
    int most_unsent = 0;
    /// A listener only binds, and nobody can connect before listener::listen(): for a process that
    /// has to become another user in between.
    bool listens_later = false;
};

/// Sets TCP_NODELAY, keepalive and TCP_USER_TIMEOUT. Sockets accepted from a listener inherit them.
void apply(const tcp_options&, int fd);

/// Sets when a connection is first asked whether its peer is there: after half of the idle time to
/// all of it, by its descriptor. Thousands that came at once, and inherited one time, would be
/// asked at once, again and again, and a queue that is shorter than that would lose most of the
/// packets.
void spread_keepalive(std::chrono::seconds idle, int fd);

enum class tcp_state {
    established,
    peer_closed, ///< the peer has sent FIN; what it sent before can still be read
    gone,        ///< RST, or given up by the kernel, or not connected
};

/// Asks the kernel (tcp(7), TCP_INFO; of a Unix socket poll(2)).
[[nodiscard]] tcp_state look_at(int fd);

/// What reading would say: eof where the peer has closed, connection_reset where the connection is
/// gone; no error while it stands.
[[nodiscard]] error_code error_of(tcp_state);

/// The peer's IP address; nothing where it came by a Unix socket.
[[nodiscard]] std::optional<asio::ip::address> address_of(const asio::ip::tcp::endpoint& peer);

/// Our end of a TCP connection or listener; nothing for any other socket, such as a Unix one.
[[nodiscard]] std::optional<asio::ip::tcp::endpoint> local_address(int fd);

/// The peer for a log: as to_string() below, or "unix" where it came by a Unix socket.
[[nodiscard]] std::string name_of(const asio::ip::tcp::endpoint& peer);

/// "203.0.113.9:4711", "[2001:db8::1]:4711".
[[nodiscard]] std::string to_string(const asio::ip::tcp::endpoint&);

} // namespace net
