// A row a source for what it has, another for the IDs that it has tried.
// SPDX-License-Identifier: EUPL-1.2
#include "repeater/limits/source_limits.hpp"

#include <algorithm>
#include <limits>
#include <numeric>
#include <utility>

namespace repeater {

namespace {

/// What a row can count, whatever the options say.
constexpr std::size_t most_of_source = std::numeric_limits<std::uint16_t>::max();

bool is_reached(std::size_t cap, std::size_t count) {
    return cap != 0 && count >= cap;
}

std::size_t index_of(peer_stage s) {
    return static_cast<std::size_t>(s);
}

limit limit_of_all(peer_stage s) {
    return s == peer_stage::session ? limit::sessions : limit::waiting;
}

limit limit_of_source(peer_stage s) {
    switch (s) {
    case peer_stage::handshake:
        return limit::source_handshakes;
    case peer_stage::dialling:
        return limit::source_dials;
    case peer_stage::session:
        return limit::source_sessions;
    default:
        return limit::source_waiting;
    }
}

} // namespace

bool source_limits::row::is_in_use() const {
    return std::any_of(peers.begin(), peers.end(), [](std::uint16_t n) { return n > 0; });
}

std::variant<source_limits::place, limit> source_limits::enter(const std::optional<address>& from,
                                                               time_point now) {
    if (is_reached(options_.connections,
                   std::accumulate(all_.begin(), all_.end(), std::size_t{0}))) {
        return limit::connections;
    }
    counted newcomer;
    newcomer.was_accepted = true;
    if (from) {
        if (const auto why = admit(newcomer, *from, now)) {
            return *why;
        }
    }
    count(newcomer, 1);
    ++entered_;
    return place{*this, newcomer};
}

std::optional<limit> source_limits::identify(place& who, const address& from, time_point now) {
    auto known = *who;
    if (const auto why = admit(known, from, now)) {
        return why;
    }
    count(*who, -1);
    *who = known;
    count(*who, 1);
    return std::nullopt;
}

/// Finds the source's rows, and whether it may have one more connection.
std::optional<limit> source_limits::admit(counted& newcomer, const address& from, time_point now) {
    newcomer.source = net::key_of(from);
    newcomer.is_limited = !net::contains(options_.exempt, from);
    if (!newcomer.is_limited) {
        return std::nullopt;
    }
    if (is_banned(newcomer.source, now)) {
        return limit::banned;
    }
    newcomer.of = sources_.use(newcomer.source);
    if (newcomer.of == nullptr) {
        return std::nullopt;
    }
    const auto& mine = newcomer.of->peers;
    if (std::accumulate(mine.begin(), mine.end(), std::size_t{0}) >= most_of_source) {
        return limit::connections;
    }
    if (!newcomer.of->connects.take(options_.connecting, now)) {
        return limit::connection_rate;
    }
    return is_reached(options_.handshakes.of_source, mine[index_of(peer_stage::handshake)])
               ? std::optional{limit::source_handshakes}
               : std::nullopt;
}

caps source_limits::caps_of(peer_stage s) const {
    switch (s) {
    case peer_stage::waiting_viewer:
        return options_.waiting_viewers;
    case peer_stage::waiting_server:
        return options_.waiting_servers;
    case peer_stage::dialling:
        return {0, options_.dials_of_source};
    case peer_stage::session:
        return {2 * options_.sessions.all, options_.sessions.of_source}; // a pair is two peers
    default:
        return {};
    }
}

std::optional<limit> source_limits::forbids(place& who, peer_stage to, place* instead_of) const {
    const auto most = caps_of(to);
    const bool frees = instead_of != nullptr && (**instead_of).stage == to;
    if (is_reached(most.all, all_[index_of(to)] - (frees ? 1U : 0U))) {
        return limit_of_all(to);
    }
    const auto* const mine = (*who).of;
    const bool frees_mine = frees && (**instead_of).of == mine;
    if (mine != nullptr &&
        is_reached(most.of_source, mine->peers[index_of(to)] - (frees_mine ? 1U : 0U))) {
        return limit_of_source(to);
    }
    return std::nullopt;
}

std::optional<limit> source_limits::dial(place& who, time_point now) {
    if (const auto why = forbids(who, peer_stage::dialling)) {
        return why;
    }
    auto* const mine = (*who).of;
    if (mine != nullptr && !mine->dials.take(options_.dialling, now)) {
        return limit::dial_rate;
    }
    move_to(who, peer_stage::dialling);
    return std::nullopt;
}

void source_limits::move_to(place& who, peer_stage to) {
    auto& peer = *who;
    count(peer, -1);
    peer.stage = to;
    count(peer, 1);
}

source_limits::place source_limits::restore(const std::optional<address>& from, peer_stage s) {
    counted peer;
    peer.stage = s;
    peer.was_accepted = true;
    if (from) {
        peer.source = net::key_of(*from);
        peer.is_limited = !net::contains(options_.exempt, *from);
        peer.of = peer.is_limited ? sources_.use(peer.source) : nullptr;
    }
    count(peer, 1);
    ++entered_;
    return place{*this, peer};
}

source_limits::place source_limits::without_source(peer_stage s) {
    counted peer;
    peer.stage = s;
    count(peer, 1);
    ++made_here_;
    return place{*this, peer};
}

std::optional<std::chrono::seconds> source_limits::wrong_id(place& who, std::size_t hash_of_id,
                                                            time_point now) {
    auto* const mine = (*who).is_limited ? guesses_.use((*who).source) : nullptr;
    if (mine == nullptr) {
        return std::nullopt;
    }
    const auto named = static_cast<std::uint32_t>(hash_of_id);
    if (std::exchange(mine->last, named) == named || mine->left.take(options_.wrong_ids, now)) {
        return std::nullopt;
    }
    return mine->ban.begin(options_.ban, now);
}

bool source_limits::is_shut_out(place& who, time_point now) const {
    return (*who).is_limited && is_banned((*who).source, now);
}

bool source_limits::is_banned(net::source_key source, time_point now) const {
    const auto* const known = guesses_.find(source);
    return known != nullptr && known->ban.left(now) > net::clock::duration::zero();
}

bool source_limits::has_too_many_handshakes() const {
    const auto most = options_.handshakes.all;
    return most != 0 && size(peer_stage::handshake) > most;
}

void source_limits::take_back(const counted& peer) {
    count(peer, -1);
    if (peer.was_accepted) {
        ++gone_;
    } else {
        --made_here_;
    }
}

std::size_t source_limits::present() const {
    return std::accumulate(all_.begin(), all_.end(), std::size_t{0}) - made_here_;
}

std::array<source_limits::table_numbers, 2> source_limits::tables() const {
    return {{{sources_.size(), sources_.forgotten(), sources_.passed()},
             {guesses_.size(), guesses_.forgotten(), guesses_.passed()}}};
}

void source_limits::count(const counted& peer, int change) {
    auto& all = all_[index_of(peer.stage)];
    all = change > 0 ? all + 1 : all - 1;
    if (peer.of != nullptr) {
        auto& mine = peer.of->peers[index_of(peer.stage)];
        mine = static_cast<std::uint16_t>(mine + change);
    }
}

} // namespace repeater
