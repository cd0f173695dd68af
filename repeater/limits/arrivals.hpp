// What an arrival means under the limits: it pairs, waits, replaces, or gets no session.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "repeater/limits/id_conflicts.hpp"
#include "repeater/limits/limit.hpp"
#include "repeater/limits/source_limits.hpp"
#include "repeater/rules/rendezvous.hpp"

#include <chrono>
#include <optional>
#include <variant>

namespace repeater {

/// The rendezvous, with what limits and conflicts object to. Knows no sockets; the time is a
/// parameter. Belongs to the thread that decides.
class arrivals {
public:
    using time_point = net::clock::time_point;

    /// Those who wait, by their numbers.
    class waiting_peers {
    public:
        waiting_peers() = default;
        waiting_peers(const waiting_peers&) = delete;
        waiting_peers& operator=(const waiting_peers&) = delete;
        virtual ~waiting_peers() = default;

        [[nodiscard]] virtual source_limits::place& place_of(session_number) = 0;

        /// Whether its connection still stands.
        [[nodiscard]] virtual bool is_alive(session_number) = 0;
    };

    struct newcomer {
        session_number number{};
        rfb::side side{};
        const rfb::repeater_id& id; ///< under which it meets its partner
        source_limits::place& place;
    };

    struct limited {
        limit what{};
        std::chrono::seconds shut_out{}; ///< of limit::wrong_ids: its source, from now on

        friend bool operator==(const limited&, const limited&) = default;
    };

    /// Others have taken the place of who waits under this ID too often.
    struct conflict {
        bool begins = false; ///< with this newcomer

        friend bool operator==(const conflict&, const conflict&) = default;
    };

    using waits = rendezvous::waits;
    using pairs = rendezvous::pairs;
    using replaces = rendezvous::replaces;
    using refused = rendezvous::refused;
    /// The first three happen; by the others the newcomer gets no session.
    using outcome = std::variant<waits, pairs, replaces, refused, limited, conflict>;

    /// The limits and the peers outlive it.
    arrivals(duplicate_policy policy, const conflict_options& o, source_limits& limits,
             waiting_peers& peers)
        : limits_(limits), peers_(peers), rendezvous_(policy), conflicts_(o) {}

    /// Sets what holds for those who come from now on.
    void set(duplicate_policy policy, const conflict_options& o) {
        rendezvous_.set_policy(policy);
        conflicts_.set(o);
    }

    /// One step, during which nothing else happens. What the newcomer counts as, and its partner,
    /// is changed with it. After waits and replaces the newcomer waits, after pairs neither does,
    /// after replaces the older does not.
    [[nodiscard]] outcome arrive(const newcomer&, time_point now);

    /// As rendezvous has it.
    [[nodiscard]] std::optional<session_number> in_the_way(const rfb::repeater_id& id,
                                                           rfb::side of_newcomer) const {
        return rendezvous_.in_the_way(id, of_newcomer);
    }

    /// As rendezvous has it; the peer counts as one that waits already.
    [[nodiscard]] bool restore(const rfb::repeater_id& id, rfb::side side, session_number peer) {
        return rendezvous_.restore(id, side, peer);
    }

    /// The peer no longer waits. Does nothing where it did not.
    void leave(const rfb::repeater_id& id, session_number peer) { rendezvous_.leave(id, peer); }

    /// Number of IDs under which somebody waits.
    [[nodiscard]] std::size_t size() const { return rendezvous_.size(); }

private:
    /// Nothing where the newcomer may come in.
    [[nodiscard]] std::optional<outcome> objection(const newcomer&, const rendezvous::outcome&,
                                                   time_point now);
    [[nodiscard]] std::optional<limited> forbids_session(const newcomer&, session_number partner);
    /// `older`: whose place it takes; null: nobody's.
    [[nodiscard]] std::optional<limited>
    forbids_waiting(const newcomer&, const rendezvous::replaces* older, time_point now);
    [[nodiscard]] std::optional<conflict> fights(const newcomer&, session_number older,
                                                 time_point now);

    source_limits& limits_;
    waiting_peers& peers_;
    rendezvous rendezvous_;
    id_conflicts conflicts_;
};

/// As what a peer of this side counts while it waits.
[[nodiscard]] constexpr peer_stage waiting_stage(rfb::side s) {
    return s == rfb::side::viewer ? peer_stage::waiting_viewer : peer_stage::waiting_server;
}

} // namespace repeater
