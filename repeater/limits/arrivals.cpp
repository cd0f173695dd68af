// Looks at what would happen, asks who objects, and only then lets it happen.
// SPDX-License-Identifier: EUPL-1.2
#include "repeater/limits/arrivals.hpp"

#include <functional>

namespace repeater {

namespace {

std::size_t hash_of(const rfb::repeater_id& id) {
    return std::hash<rfb::repeater_id>{}(id);
}

} // namespace

arrivals::outcome arrivals::arrive(const newcomer& who, time_point now) {
    if (const auto why = objection(who, rendezvous_.foresee(who.id, who.side), now)) {
        return *why;
    }
    const auto happens = rendezvous_.arrive(who.id, who.side, who.number);
    if (const auto* const met = std::get_if<pairs>(&happens)) {
        limits_.move_to(who.place, peer_stage::session);
        limits_.move_to(peers_.place_of(met->with), peer_stage::session);
    } else {
        limits_.move_to(who.place, waiting_stage(who.side));
    }
    return std::visit([](const auto& each) { return outcome{each}; }, happens);
}

std::optional<arrivals::outcome>
arrivals::objection(const newcomer& who, const rendezvous::outcome& would, time_point now) {
    if (std::holds_alternative<refused>(would)) {
        return refused{};
    }
    const auto* const met = std::get_if<pairs>(&would);
    const auto* const older = std::get_if<replaces>(&would);
    if (const auto why =
            met != nullptr ? forbids_session(who, met->with) : forbids_waiting(who, older, now)) {
        return *why;
    }
    if (older != nullptr) {
        if (const auto why = fights(who, older->older, now)) {
            return *why;
        }
    }
    return std::nullopt;
}

std::optional<arrivals::limited> arrivals::forbids_session(const newcomer& who,
                                                           session_number partner) {
    auto why = limits_.forbids(who.place, peer_stage::session);
    why = why ? why : limits_.forbids(peers_.place_of(partner), peer_stage::session);
    return why ? std::optional{limited{*why}} : std::nullopt;
}

std::optional<arrivals::limited>
arrivals::forbids_waiting(const newcomer& who, const rendezvous::replaces* older, time_point now) {
    if (who.side == rfb::side::viewer) {
        if (const auto ban = limits_.wrong_id(who.place, hash_of(who.id), now)) {
            return limited{limit::wrong_ids, *ban};
        }
    }
    auto* const taken = older != nullptr ? &peers_.place_of(older->older) : nullptr;
    const auto why = limits_.forbids(who.place, waiting_stage(who.side), taken);
    return why ? std::optional{limited{*why}} : std::nullopt;
}

// A dead one may be replaced by anybody, as often as they like: a machine may come again under
// another address.
std::optional<arrivals::conflict> arrivals::fights(const newcomer& who, session_number older,
                                                   time_point now) {
    if (!peers_.is_alive(older)) {
        return std::nullopt;
    }
    switch (conflicts_.judge(hash_of(who.id), source_limits::source_of(who.place),
                             source_limits::source_of(peers_.place_of(older)), now)) {
    case id_conflicts::verdict::begins:
        return conflict{true};
    case id_conflicts::verdict::goes_on:
        return conflict{false};
    case id_conflicts::verdict::replaces:
        break;
    }
    return std::nullopt;
}

} // namespace repeater
