// Counts under a lock, which is taken a few times a connection and not once a byte.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/access/source_limits.hpp"

#include <limits>

namespace wsgate {

namespace {

/// What a row can count, whatever the options say.
constexpr std::size_t most_of_source = std::numeric_limits<std::uint16_t>::max();

bool is_reached(std::size_t cap, std::size_t count) {
    return cap != 0 && count >= cap;
}

bool is_reached_by_source(std::size_t cap, std::size_t count) {
    return is_reached(cap, count) || count >= most_of_source;
}

} // namespace

/// Each session takes another descriptor, for its target.
bool source_limits::are_descriptors_taken(const limit_options& o) const {
    return is_reached(o.connections, connections_ + sessions_);
}

std::variant<source_limits::connection_place, limit>
source_limits::enter(const limit_options& o, const source& from, time_point now) {
    const std::lock_guard lock(mutex_);
    if (are_descriptors_taken(o)) {
        return limit::connections;
    }
    counted_connection newcomer;
    if (from) {
        if (const auto why = admit(newcomer, o, *from, now)) {
            return *why;
        }
    }
    ++connections_;
    return connection_place{*this, newcomer};
}

std::optional<limit> source_limits::identify(connection_place& who, const limit_options& o,
                                             const asio::ip::address& from, time_point now) {
    const std::lock_guard lock(mutex_);
    return admit(*who, o, from, now);
}

/// Counts the connection for its source, where that may have one more.
std::optional<limit> source_limits::admit(counted_connection& newcomer, const limit_options& o,
                                          const asio::ip::address& from, time_point now) {
    if (net::contains(o.exempt, from)) {
        return std::nullopt;
    }
    auto* const mine = sources_.use(net::key_of(from));
    if (mine == nullptr) {
        return std::nullopt;
    }
    if (!mine->connects.take(o.connecting, now)) {
        return limit::connection_rate;
    }
    if (is_reached_by_source(o.connections_of_source, mine->connections)) {
        return limit::source_connections;
    }
    if (is_reached_by_source(o.handshakes_of_source, mine->handshakes)) {
        return limit::source_handshakes;
    }
    ++mine->connections;
    ++mine->handshakes;
    newcomer.of = mine;
    return std::nullopt;
}

source_limits::connection_place source_limits::restore_connection(const limit_options& o,
                                                                  const source& from) {
    const std::lock_guard lock(mutex_);
    const bool counts = from && !net::contains(o.exempt, *from);
    auto* const mine = counts ? sources_.use(net::key_of(*from)) : nullptr;
    ++connections_;
    if (mine != nullptr) {
        ++mine->connections;
    }
    return connection_place{*this, {mine, true}};
}

source_limits::session_place source_limits::restore_session(const source& client) {
    const std::lock_guard lock(mutex_);
    auto* const mine = sources_.use(net::key_of(client));
    ++sessions_;
    if (mine != nullptr) {
        ++mine->sessions;
    }
    return session_place{*this, counted_session{mine}};
}

void source_limits::has_asked(connection_place& who) {
    auto& connection = *who;
    if (connection.of != nullptr && !connection.has_asked) {
        const std::lock_guard lock(mutex_);
        --connection.of->handshakes;
        connection.has_asked = true;
    }
}

std::variant<source_limits::session_place, limit>
source_limits::begin_session(const limit_options& o, const source& client, time_point now) {
    const std::lock_guard lock(mutex_);
    auto* const mine = sources_.use(net::key_of(client));
    const bool has_rate = mine != nullptr && client && !net::contains(o.exempt, *client);
    if (has_rate && !mine->upgrades.take(o.upgrading, now)) {
        return limit::upgrade_rate;
    }
    if (sessions_ >= o.sessions.all) {
        return limit::sessions;
    }
    if (mine != nullptr && is_reached_by_source(o.sessions.per_client, mine->sessions)) {
        return limit::source_sessions;
    }
    if (are_descriptors_taken(o)) {
        return limit::connections;
    }
    ++sessions_;
    if (mine != nullptr) {
        ++mine->sessions;
    }
    return session_place{*this, counted_session{mine}};
}

std::size_t source_limits::sessions() const {
    const std::lock_guard lock(mutex_);
    return sessions_;
}

std::size_t source_limits::connections() const {
    const std::lock_guard lock(mutex_);
    return connections_;
}

void source_limits::take_back(counted_connection who) {
    const std::lock_guard lock(mutex_);
    --connections_;
    if (who.of != nullptr) {
        --who.of->connections;
        who.of->handshakes =
            static_cast<std::uint16_t>(who.of->handshakes - (who.has_asked ? 0 : 1));
    }
}

void source_limits::take_back(counted_session which) {
    const std::lock_guard lock(mutex_);
    --sessions_;
    if (which.of != nullptr) {
        --which.of->sessions;
    }
}

} // namespace wsgate
