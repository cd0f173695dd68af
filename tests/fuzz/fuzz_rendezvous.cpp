// Arrivals and departures in any order: nobody has two partners, and no dead one is met.
// SPDX-License-Identifier: EUPL-1.2
#include "repeater/limits/arrivals.hpp"
#include "tests/fuzz/fuzz.hpp"

#include <array>
#include <map>
#include <optional>

namespace {

using namespace repeater;
using fuzz::require;

/// Where a peer is: in exactly one of these. security I1
enum class state { waiting, paired, closed };

struct fuzzed_peer {
    state where{};
    rfb::side side{};
    unsigned id = 0;
    bool is_alive = true;
    source_limits::place place;
};

rfb::repeater_id id_of(unsigned n) {
    return rfb::repeater_id::make(std::string(1, static_cast<char>('a' + n))).value();
}

class machine final : arrivals::waiting_peers {
public:
    machine() : limits_(options()), arrivals_({}, options().conflicts, limits_, *this) {}

    /// Two bytes: what happens, and to whom.
    void step(unsigned what, unsigned whom) {
        now_ += std::chrono::milliseconds(50) * whom;
        switch (what & 3U) {
        case 0:
            arrivals_.set(duplicate_policy{static_cast<int>(whom % 3)}, options().conflicts);
            break;
        case 1:
            lose(whom);
            break;
        default:
            arrive(what >> 2U, whom);
        }
    }

    void check() const {
        std::size_t waiting = 0;
        std::size_t paired = 0;
        for (const auto& [number, peer] : peers_) {
            waiting += peer.where == state::waiting ? 1 : 0;
            paired += peer.where == state::paired ? 1 : 0;
        }
        require(waiting == limits_.size(peer_stage::waiting_viewer) +
                               limits_.size(peer_stage::waiting_server));
        require(paired == limits_.size(peer_stage::session));
        require(limits_.size(peer_stage::handshake) == 0);
        require(arrivals_.size() <= waiting);
    }

private:
    static limit_options options() {
        limit_options o;
        o.connecting = {};
        o.exempt.clear();
        o.waiting_viewers = {6, 3};
        o.waiting_servers = {6, 3};
        o.sessions = {4, 5};
        return o;
    }

    source_limits::place& place_of(session_number n) override { return waiting(n).place; }

    bool is_alive(session_number n) override { return waiting(n).is_alive; }

    fuzzed_peer& waiting(session_number n) {
        auto& peer = peers_.at(n);
        require(peer.where == state::waiting);
        return peer;
    }

    /// Some die unnoticed, some are seen to leave.
    void lose(unsigned whom) {
        if (peers_.empty()) {
            return;
        }
        const session_number n{1 + whom % peers_.size()};
        auto& peer = peers_.at(n);
        peer.is_alive = false;
        if (peer.where == state::waiting && whom % 2 == 0) {
            arrivals_.leave(id_of(peer.id), n);
        }
        if (whom % 2 == 0) {
            close(peer);
        }
    }

    static void close(fuzzed_peer& peer) {
        peer.where = state::closed;
        (void)source_limits::place{std::move(peer.place)};
    }

    void drop_dead(const rfb::repeater_id& id, rfb::side newcomer) {
        while (const auto n = arrivals_.in_the_way(id, newcomer)) {
            if (waiting(*n).is_alive) {
                return;
            }
            arrivals_.leave(id, *n);
            close(waiting(*n));
        }
    }

    void arrive(unsigned what, unsigned whom) {
        const boost::asio::ip::address_v4 from{0x0a000001U + whom % 4};
        auto entered = limits_.enter(from, now_);
        if (std::holds_alternative<limit>(entered)) {
            return;
        }
        fuzzed_peer newcomer{state::closed, what % 2 == 0 ? rfb::side::viewer : rfb::side::server,
                             what / 2 % 4, true,
                             std::get<source_limits::place>(std::move(entered))};
        const auto id = id_of(newcomer.id);
        drop_dead(id, newcomer.side);
        const session_number n{peers_.size() + 1};
        const auto outcome = arrivals_.arrive({n, newcomer.side, id, newcomer.place}, now_);
        if (const auto* const met = std::get_if<arrivals::pairs>(&outcome)) {
            auto& partner = waiting(met->with);
            require(partner.is_alive); // security I2
            require(partner.side != newcomer.side && partner.id == newcomer.id);
            partner.where = newcomer.where = state::paired;
        } else if (const auto* const taken = std::get_if<arrivals::replaces>(&outcome)) {
            auto& older = waiting(taken->older);
            require(older.side == newcomer.side && older.id == newcomer.id);
            close(older);
            newcomer.where = state::waiting;
        } else if (std::holds_alternative<arrivals::waits>(outcome)) {
            newcomer.where = state::waiting;
        } else {
            close(newcomer);
        }
        peers_.emplace(n, std::move(newcomer));
    }

    source_limits limits_;
    std::map<session_number, fuzzed_peer> peers_;
    net::clock::time_point now_ = net::clock::time_point{} + std::chrono::hours(24);
    arrivals arrivals_;
};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    machine m;
    for (std::size_t i = 0; i + 1 < size; i += 2) {
        m.step(bytes[i], bytes[i + 1]);
        m.check();
    }
    return 0;
}
