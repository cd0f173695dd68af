// Counts what each source of connections has, and says whether it may have more.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/lease.hpp"
#include "net/limits/allowance.hpp"
#include "net/limits/source_table.hpp"
#include "wsgate/access/limit.hpp"
#include "wsgate/access/limit_options.hpp"

#include <boost/asio/ip/address.hpp>

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <variant>

namespace wsgate {

/// Shared by all threads; outlives its places. The options are given with each call, since the
/// configuration may have changed since the others came. The time is a parameter. security 2, L1,
/// L4
class source_limits {
    struct row {
        net::allowance connects;
        net::allowance upgrades;
        std::uint16_t connections = 0;
        std::uint16_t handshakes = 0; ///< of these connections
        std::uint16_t sessions = 0;

        [[nodiscard]] bool is_in_use() const { return connections > 0 || sessions > 0; }
    };

    struct counted_connection {
        row* of = nullptr; ///< null: the source has no limits, or the table no room
        bool has_asked = false;
    };

    struct counted_session {
        row* of = nullptr; ///< null: the table has no room
    };

public:
    using time_point = net::clock::time_point;
    using source = std::optional<asio::ip::address>;
    /// Held by a connection, and by a session, for as long as it counts.
    using connection_place = net::lease<source_limits, counted_connection>;
    using session_place = net::lease<source_limits, counted_session>;

    source_limits() = default;
    source_limits(const source_limits&) = delete;
    source_limits& operator=(const source_limits&) = delete;
    ~source_limits() = default;

    /// A connection has come. Nothing for the source: it is not known yet, or by a Unix socket.
    [[nodiscard]] std::variant<connection_place, limit> enter(const limit_options&, const source&,
                                                              time_point now);

    /// Whom a connection speaks for has become known. Nothing where it may stay.
    [[nodiscard]] std::optional<limit> identify(connection_place&, const limit_options&,
                                                const asio::ip::address&, time_point now);

    /// Counts a connection, and a session, that another process has let in, whatever the limits
    /// say.
    [[nodiscard]] connection_place restore_connection(const limit_options&, const source&);
    [[nodiscard]] session_place restore_session(const source& client);

    /// The connection's first request has come: it is no handshake any more.
    void has_asked(connection_place&);

    /// A client asks for a session. Its connection may be of another source, such as a proxy.
    [[nodiscard]] std::variant<session_place, limit>
    begin_session(const limit_options&, const source& client, time_point now);

    /// Number of sessions, and of connections.
    [[nodiscard]] std::size_t sessions() const;
    [[nodiscard]] std::size_t connections() const;

private:
    friend connection_place;
    friend session_place;

    [[nodiscard]] std::optional<limit> admit(counted_connection&, const limit_options&,
                                             const asio::ip::address&, time_point now);
    [[nodiscard]] bool are_descriptors_taken(const limit_options&) const;
    void take_back(counted_connection);
    void take_back(counted_session);

    mutable std::mutex mutex_;
    std::size_t connections_ = 0;
    std::size_t sessions_ = 0;
    net::source_table<row> sources_;
};

} // namespace wsgate
