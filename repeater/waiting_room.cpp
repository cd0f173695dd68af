// Carries out what the rendezvous decides, and watches the peers that wait.
// SPDX-License-Identifier: EUPL-1.2
#include "repeater/waiting_room.hpp"

#include "repeater/explain.hpp"
#include "repeater/oldest_of.hpp"

#include <boost/asio/error.hpp>

#include <algorithm>
#include <system_error>
#include <utility>

namespace repeater {

namespace {

/// As what a peer of this side counts while it waits.
peer_stage stage_of(rfb::side s) {
    return s == rfb::side::viewer ? peer_stage::waiting_viewer : peer_stage::waiting_server;
}

} // namespace

/// A peer that waits: this object is all the memory that it takes. Keeps what it sends, at most
/// limits.early_bytes; the rest stays in the kernel.
class waiting_room::waiter final : public net::poller::watcher {
public:
    waiter(waiting_room& room, peer who, rfb::repeater_id wanted, std::string behind_it,
           std::shared_ptr<const config> c)
        : id(std::move(wanted)), port(std::move(behind_it)), conf(std::move(c)), room_(room),
          who_(std::move(who)) {
        who_.channel.watch(room_.loop_, *this);
        if (may_wait().count() > 0) {
            until_ = since_ + may_wait();
            room_.deadlines_.add(until_, name().number);
        }
    }

    waiter(const waiter&) = delete;
    waiter& operator=(const waiter&) = delete;

    ~waiter() {
        room_.loop_.not_again(*this);
        if (until_ != net::clock::time_point{}) {
            room_.deadlines_.remove(until_, name().number);
        }
    }

    void wake(net::ready r) override {
        who_.channel.note(r);
        if (const auto ec = read_early()) {
            room_.has_left(name().number, ec); // and this object with it
        }
    }

    /// For whoever goes on with it; to be destroyed then.
    [[nodiscard]] peer leave() { return std::move(who_); }

    [[nodiscard]] source_limits::place& place() { return who_.place; }

    /// TCP state as the kernel reports it (TCP_INFO).
    [[nodiscard]] net::tcp_state state() const {
        return net::look_at(who_.channel.native_handle());
    }

    [[nodiscard]] const peer_name& name() const { return who_.name; }

    /// How long it may wait for a partner; 0: no limit.
    [[nodiscard]] std::chrono::milliseconds may_wait() const {
        return name().side == rfb::side::viewer ? conf->limits.viewer_wait
                                                : conf->limits.server_wait;
    }

    [[nodiscard]] event::waits look(net::clock::time_point now) const {
        return {name(), id, std::chrono::duration_cast<std::chrono::milliseconds>(now - since_)};
    }

    const rfb::repeater_id id;
    const std::string port; ///< that stood behind the ID; mostly empty
    const std::shared_ptr<const config> conf;

private:
    /// Keeps what it has sent, as far as there is room. The result says how it has left, if it has.
    [[nodiscard]] error_code read_early() {
        auto& early = who_.early;
        while (early.size() < conf->limits.early_bytes) {
            const auto got =
                net::append_some(who_.channel, early, conf->limits.early_bytes - early.size());
            if (got.error) {
                return got.would_block() ? error_code{} : got.error;
            }
        }
        // The rest stays in the kernel, where it hides the end of the connection from recv(2).
        return net::error_of(state());
    }

    waiting_room& room_;
    peer who_;
    net::clock::time_point since_ = room_.loop_.now();
    net::clock::time_point until_{}; ///< only where there is a limit
};

waiting_room::waiting_room(net::event_loop& loop, duplicate_policy policy, source_limits& limits,
                           net::task_group& tasks, event_sink& events)
    : loop_(loop), limits_(limits), tasks_(tasks), events_(events), rendezvous_(policy),
      deadlines_(loop.get_executor(), [this](session_number number) { has_waited(number); }) {}

waiting_room::~waiting_room() = default;

waiting_room::arrival waiting_room::arrive(peer newcomer, const rfb::repeater_id& id,
                                           std::string port, std::shared_ptr<const config> conf) {
    if (newcomer.name.side == rfb::side::viewer &&
        limits_.is_shut_out(newcomer.place, loop_.now())) { // what it learns would be a guess more
        events_.receive(event::limited{newcomer.name, limit::banned});
        return refusal{std::move(newcomer), too_many_sessions};
    }
    drop_dead(id, newcomer.name.side);
    if (const auto* const other = contradicts(id, newcomer.name.side, port)) {
        events_.receive(event::ports_differ{newcomer.name, other->name(), id, port, other->port});
        return refusal{std::move(newcomer), "Somebody waits for this ID with another port."};
    }
    if (const auto why = forbids_session(newcomer, id)) {
        events_.receive(event::limited{newcomer.name, *why});
        return refusal{std::move(newcomer), too_many_sessions};
    }
    // From here on nothing suspends: the tables of rendezvous_ and waiters_ change together.
    const auto outcome = rendezvous_.arrive(id, newcomer.name.side, newcomer.name.number);
    if (const auto* found = std::get_if<rendezvous::pairs>(&outcome)) {
        auto partner = std::move(waiters_.extract(found->with).mapped())->leave();
        limits_.move_to(newcomer.place, peer_stage::session);
        limits_.move_to(partner.place, peer_stage::session);
        events_.receive(event::matched{newcomer.name, partner.name, id});
        return make_pair(std::move(newcomer), std::move(partner), id);
    }
    if (std::holds_alternative<rendezvous::refused>(outcome)) {
        events_.receive(event::refused{newcomer.name, id});
        return refusal{std::move(newcomer), "Another viewer waits for this ID already."};
    }
    if (const auto* found = std::get_if<rendezvous::replaces>(&outcome)) {
        const auto older = std::move(waiters_.extract(found->older).mapped());
        events_.receive(event::replaced{older->name(), newcomer.name.number, id});
    } else if (std::chrono::seconds shut_out{};
               const auto why = forbids_waiting(newcomer, id, shut_out)) {
        rendezvous_.leave(id, newcomer.name.number);
        events_.receive(event::limited{newcomer.name, *why, shut_out});
        return refusal{std::move(newcomer), too_many_sessions};
    }
    limits_.move_to(newcomer.place, stage_of(newcomer.name.side));
    admit(std::move(newcomer), id, std::move(port), std::move(conf));
    return rendezvous::waits{};
}

// A peer may be dead although no event has come yet: its RST may have arrived in this very moment.
// Asking the kernel now is what keeps a newcomer from being paired with a corpse, or refused for
// one.
void waiting_room::drop_dead(const rfb::repeater_id& id, rfb::side newcomer) {
    while (const auto number = rendezvous_.in_the_way(id, newcomer)) {
        const auto& found = *waiters_.at(*number);
        const bool alive = found.state() == net::tcp_state::established;
        if (found.name().side != newcomer) {
            events_.receive(event::partner_checked{found.name(), id, alive});
        } else if (!alive) {
            events_.receive(event::left{found.name(), id, asio::error::eof});
        }
        if (alive) {
            return;
        }
        (void)take_out(*number);
    }
}

const waiting_room::waiter* waiting_room::contradicts(const rfb::repeater_id& id,
                                                      rfb::side newcomer,
                                                      std::string_view port) const {
    const auto number = port.empty() ? std::nullopt : rendezvous_.in_the_way(id, newcomer);
    if (!number) {
        return nullptr;
    }
    const auto& found = *waiters_.at(*number);
    const bool differs = !found.port.empty() && found.port != port;
    return differs && found.name().side != newcomer ? &found : nullptr;
}

std::optional<limit> waiting_room::forbids_session(peer& newcomer, const rfb::repeater_id& id) {
    const auto number = rendezvous_.in_the_way(id, newcomer.name.side);
    if (!number || waiters_.at(*number)->name().side == newcomer.name.side) {
        return std::nullopt;
    }
    const auto why = limits_.forbids(newcomer.place, peer_stage::session);
    return why ? why : limits_.forbids(waiters_.at(*number)->place(), peer_stage::session);
}

std::optional<limit> waiting_room::forbids_waiting(peer& newcomer, const rfb::repeater_id& id,
                                                   std::chrono::seconds& shut_out) {
    if (newcomer.name.side == rfb::side::viewer) {
        const auto ban =
            limits_.wrong_id(newcomer.place, std::hash<rfb::repeater_id>{}(id), loop_.now());
        if (ban) {
            shut_out = *ban;
            return limit::wrong_ids;
        }
    }
    return limits_.forbids(newcomer.place, stage_of(newcomer.name.side));
}

void waiting_room::admit(peer newcomer, const rfb::repeater_id& id, std::string port,
                         std::shared_ptr<const config> conf) {
    const auto name = newcomer.name;
    events_.receive(event::waiting{name, id});
    try {
        waiters_.emplace(name.number, std::make_unique<waiter>(*this, std::move(newcomer), id,
                                                               std::move(port), std::move(conf)));
    } catch (const std::system_error& e) { // no memory or no watch is left
        rendezvous_.leave(id, name.number);
        events_.receive(event::left{name, id, e.code()});
    }
}

std::unique_ptr<waiting_room::waiter> waiting_room::take_out(session_number number) {
    auto taken = std::move(waiters_.extract(number).mapped());
    rendezvous_.leave(taken->id, number);
    return taken;
}

void waiting_room::has_left(session_number number, const error_code& how) {
    const auto gone = take_out(number);
    events_.receive(event::left{gone->name(), gone->id, how});
}

void waiting_room::has_waited(session_number number) {
    const auto taken = take_out(number);
    events_.receive(event::expired{taken->name(), taken->id, taken->may_wait()});
    if (taken->name().side == rfb::side::viewer && taken->conf->explain) {
        limits_.move_to(taken->place(), peer_stage::leaving);
        tasks_.spawn(explain(taken->leave(),
                             "No server with this ID has connected to the repeater.",
                             taken->conf->limits.explain));
    }
}

std::size_t waiting_room::size(rfb::side side) const {
    return limits_.size(stage_of(side));
}

void waiting_room::show(std::size_t at_most) const {
    const auto now = net::clock::now();
    for (const auto* const each : oldest_of(waiters_, at_most)) {
        events_.receive(each->look(now));
    }
}

void waiting_room::clear() {
    for (const auto& [number, waiting] : waiters_) {
        rendezvous_.leave(waiting->id, number);
        events_.receive(event::dismissed{waiting->name(), waiting->id});
    }
    waiters_.clear();
}

} // namespace repeater
