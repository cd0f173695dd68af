// Carries out what the rendezvous decides, and watches the peers that wait.
// SPDX-License-Identifier: EUPL-1.2
#include "repeater/waiting_room.hpp"

#include "repeater/explain.hpp"
#include "repeater/oldest_of.hpp"
#include "rfb/version.hpp"

#include <boost/asio/error.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <system_error>
#include <utility>

namespace repeater {

namespace {

/// The server's first bytes, which its viewer has had.
void take_shown(peer& server, std::size_t size) {
    const auto early = std::min(size, server.early.size());
    server.early.erase(server.early.begin(),
                       server.early.begin() + static_cast<std::ptrdiff_t>(early));
    std::array<std::byte, rfb::version_size> rest{};
    if (size > early) { // they are there, as version() has seen
        (void)server.channel.read_some(std::span(rest).first(size - early));
    }
}

} // namespace

/// A peer that waits: this object is all the memory that it takes. What it sends stays in the
/// kernel, for whoever relays it.
class waiting_room::waiter final : public net::poller::watcher {
public:
    waiter(waiting_room& room, peer who, wish wanted, std::shared_ptr<const config> c,
           net::clock::time_point since)
        : id(std::move(wanted.id)), port(std::move(wanted.port)), code(std::move(wanted.code)),
          conf(std::move(c)), room_(room), who_(std::move(who)), since_(since) {
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
        if (who_.channel.unusual()) { // an end, or urgent data
            if (const auto ec = net::error_of(state())) {
                room_.has_left(name().number, ec); // and this object with it
            }
        }
    }

    /// For whoever goes on with it; to be destroyed then.
    [[nodiscard]] peer leave() { return std::move(who_); }

    /// For a peer that is closed next: a server has sent its version. Not where the waiter is
    /// merely destroyed, since another process may have the connection and go on with it.
    void discard_unread() const { who_.channel.discard_unread(); }

    [[nodiscard]] source_limits::place& place() { return who_.place; }

    /// That it has sent, and that stays where it is; empty where it has not.
    [[nodiscard]] std::vector<std::byte> version() {
        auto all = who_.early;
        std::array<std::byte, rfb::version_size> buffer{};
        const auto missing = buffer.size() - std::min(buffer.size(), all.size());
        const auto seen = who_.channel.peek_some(std::span(buffer).first(missing));
        all.insert(all.end(), buffer.begin(),
                   buffer.begin() + static_cast<std::ptrdiff_t>(seen.bytes));
        all.resize(std::min(all.size(), buffer.size()));
        const bool is_whole = all.size() == buffer.size() && rfb::may_become_version(all);
        return is_whole ? all : std::vector<std::byte>{};
    }

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

    [[nodiscard]] moved_waiter describe() const {
        return {name(), id, port, code, since_, who_.early, who_.granted ? *who_.granted : grant{}};
    }

    [[nodiscard]] int native_handle() const { return who_.channel.native_handle(); }

    [[nodiscard]] event::waits look(net::clock::time_point now) const {
        return {name(), id, std::chrono::duration_cast<std::chrono::milliseconds>(now - since_)};
    }

    const rfb::repeater_id id;
    const std::string port; ///< that stood behind the ID; mostly empty
    const std::optional<rfb::repeater_id> code;
    const std::shared_ptr<const config> conf;

private:
    waiting_room& room_;
    peer who_;
    net::clock::time_point since_;
    net::clock::time_point until_{}; ///< only where there is a limit
};

waiting_room::waiting_room(net::event_loop& loop, std::shared_ptr<const config> c,
                           source_limits& limits, net::task_group& tasks, event_sink& events)
    : loop_(loop), config_(std::move(c)), limits_(limits), tasks_(tasks), events_(events),
      arrivals_(config_->duplicates, config_->source_limits.conflicts, limits, *this),
      deadlines_(loop.get_executor(), [this](session_number number) { has_waited(number); }) {}

waiting_room::~waiting_room() = default;

void waiting_room::configure(std::shared_ptr<const config> c) {
    config_ = std::move(c);
    arrivals_.set(config_->duplicates, config_->source_limits.conflicts);
}

waiting_room::arrival waiting_room::arrive(peer newcomer, wish wanted,
                                           std::shared_ptr<const config> conf) {
    const auto side = newcomer.name.side;
    // What it learns would be a guess more. Where all IDs are admitted a server learns nothing.
    const bool may_guess = side == rfb::side::viewer || config_->ids.policy != id_policy::open;
    if (may_guess && limits_.is_shut_out(newcomer.place, loop_.now())) {
        events_.receive(event::limited{newcomer.name, limit::banned});
        return refusal{std::move(newcomer), too_many_sessions};
    }
    drop_unfit(wanted.id, side);
    if (const auto* const other = contradicts(wanted.id, side, wanted.port)) {
        events_.receive(
            event::ports_differ{newcomer.name, other->name(), wanted.id, wanted.port, other->port});
        return refusal{std::move(newcomer), "Somebody waits for this ID with another port."};
    }
    if (newcomer.by && side == rfb::side::viewer && !has_server_for(newcomer, wanted.id)) {
        using why = event::refused::reason;
        events_.receive(event::refused{newcomer.name, wanted.id, why::alone});
        return refusal{std::move(newcomer), "The computer is not connected at the moment."};
    }
    // From here on nothing suspends: the tables of arrivals_ and waiters_ change together.
    const auto outcome =
        arrivals_.arrive({newcomer.name.number, side, wanted.id, newcomer.place}, loop_.now());
    if (const auto why = objection(newcomer, wanted.id, outcome)) {
        return refusal{std::move(newcomer), *why};
    }
    if (const auto* met = std::get_if<arrivals::pairs>(&outcome)) {
        auto partner = std::move(waiters_.extract(met->with).mapped())->leave();
        tell_observer(met->with);
        take_shown(partner, newcomer.shown.size());
        events_.receive(event::matched{newcomer.name, partner.name, wanted.id});
        return make_pair(std::move(newcomer), std::move(partner), std::move(wanted.id));
    }
    if (const auto* found = std::get_if<arrivals::replaces>(&outcome)) {
        const auto older = std::move(waiters_.extract(found->older).mapped());
        tell_observer(found->older);
        older->discard_unread();
        events_.receive(event::replaced{older->name(), newcomer.name.number, wanted.id});
    }
    admit(std::move(newcomer), std::move(wanted), std::move(conf));
    return arrivals::waits{};
}

std::optional<std::string_view> waiting_room::objection(const peer& newcomer,
                                                        const rfb::repeater_id& id,
                                                        const arrivals::outcome& outcome) {
    if (const auto* const why = std::get_if<arrivals::limited>(&outcome)) {
        events_.receive(event::limited{newcomer.name, why->what, why->shut_out});
        return too_many_sessions;
    }
    const auto* const fight = std::get_if<arrivals::conflict>(&outcome);
    if (fight != nullptr && fight->begins) {
        events_.receive(
            event::id_conflict{newcomer.name, id, config_->source_limits.conflicts.length});
    }
    if (fight == nullptr && !std::holds_alternative<arrivals::refused>(outcome)) {
        return std::nullopt;
    }
    using why = event::refused::reason;
    events_.receive(
        event::refused{newcomer.name, id, fight != nullptr ? why::conflict : why::duplicate});
    return "Another viewer waits for this ID already.";
}

source_limits::place& waiting_room::place_of(session_number number) {
    return waiters_.at(number)->place();
}

bool waiting_room::is_alive(session_number number) {
    return waiters_.at(number)->state() == net::tcp_state::established;
}

// A peer may be dead although no event has come yet: its RST may have arrived in this very moment.
// Asking the kernel now is what keeps a newcomer from being paired with a corpse, or refused for
// one.
void waiting_room::drop_unfit(const rfb::repeater_id& id, rfb::side newcomer) {
    while (const auto number = arrivals_.in_the_way(id, newcomer)) {
        if (is_fit(*waiters_.at(*number), newcomer)) {
            return;
        }
        (void)take_out(*number);
    }
}

bool waiting_room::is_fit(const waiter& found, rfb::side newcomer) const {
    const auto judged =
        judge(*config_->admitted_ids, found.code.value_or(found.id), seconds_since_1970());
    if (const auto* const why = std::get_if<id_fault>(&judged)) {
        events_.receive(event::id_lapsed{found.name(), found.id, *why});
        return false;
    }
    const bool alive = found.state() == net::tcp_state::established;
    if (found.name().side != newcomer) {
        events_.receive(event::partner_checked{found.name(), found.id, alive});
    } else if (!alive) {
        events_.receive(event::left{found.name(), found.id, asio::error::eof});
    }
    return alive;
}

const waiting_room::waiter* waiting_room::contradicts(const rfb::repeater_id& id,
                                                      rfb::side newcomer,
                                                      std::string_view port) const {
    const auto number = port.empty() ? std::nullopt : arrivals_.in_the_way(id, newcomer);
    if (!number) {
        return nullptr;
    }
    const auto& found = *waiters_.at(*number);
    const bool differs = !found.port.empty() && found.port != port;
    return differs && found.name().side != newcomer ? &found : nullptr;
}

waiting_room::waiter* waiting_room::server_under(const rfb::repeater_id& id) const {
    const auto number = arrivals_.in_the_way(id, rfb::side::viewer);
    auto* const found = number ? waiters_.at(*number).get() : nullptr;
    return found != nullptr && found->name().side == rfb::side::server ? found : nullptr;
}

std::vector<std::byte> waiting_room::version_of(const rfb::repeater_id& id) const {
    auto* const server = server_under(id);
    return server == nullptr ? std::vector<std::byte>{} : server->version();
}

bool waiting_room::has_server_for(const peer& viewer, const rfb::repeater_id& id) const {
    auto* const server = server_under(id);
    return server != nullptr && (viewer.shown.empty() || viewer.shown == server->version());
}

void waiting_room::admit(peer newcomer, wish wanted, std::shared_ptr<const config> conf) {
    events_.receive(event::waiting{newcomer.name, wanted.id});
    const auto* const added =
        watch(std::move(newcomer), std::move(wanted), std::move(conf), loop_.now());
    if (added != nullptr && observer_ != nullptr) {
        observer_->waits(added->describe(), added->native_handle());
    }
}

const waiting_room::waiter* waiting_room::watch(peer who, wish wanted,
                                                std::shared_ptr<const config> conf,
                                                net::clock::time_point since) {
    const auto name = who.name;
    const auto id = wanted.id;
    try {
        auto made = std::make_unique<waiter>(*this, std::move(who), std::move(wanted),
                                             std::move(conf), since);
        return waiters_.emplace(name.number, std::move(made)).first->second.get();
    } catch (const std::system_error& e) { // no memory or no watch is left
        arrivals_.leave(id, name.number);
        events_.receive(event::left{name, id, e.code()});
        return nullptr;
    }
}

void waiting_room::tell_observer(session_number no_longer) {
    if (observer_ != nullptr) {
        observer_->no_longer(no_longer);
    }
}

std::vector<waiting_room::resting> waiting_room::set_aside() {
    std::vector<resting> all;
    all.reserve(waiters_.size());
    for (auto& [number, each] : waiters_) {
        arrivals_.leave(each->id, number);
        all.push_back({each->describe(), each->leave(), each->conf});
        all.back().who.channel.leave_poller();
    }
    waiters_.clear();
    std::sort(all.begin(), all.end(),
              [](const resting& a, const resting& b) { return a.what.since < b.what.since; });
    return all;
}

void waiting_room::restore(resting r) {
    if (!arrivals_.restore(r.what.id, r.what.name.side, r.what.name.number)) {
        tell_observer(r.what.name.number);
        events_.receive(event::dismissed{r.what.name, r.what.id});
        return;
    }
    (void)watch(std::move(r.who),
                {std::move(r.what.id), std::move(r.what.port), std::move(r.what.code)},
                std::move(r.conf), r.what.since);
}

std::unique_ptr<waiting_room::waiter> waiting_room::take_out(session_number number) {
    auto taken = std::move(waiters_.extract(number).mapped());
    arrivals_.leave(taken->id, number);
    tell_observer(number);
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
        return;
    }
    taken->discard_unread();
}

std::size_t waiting_room::size(rfb::side side) const {
    return limits_.size(waiting_stage(side));
}

void waiting_room::show(std::size_t at_most) const {
    const auto now = net::clock::now();
    for (const auto* const each : oldest_of(waiters_, at_most)) {
        events_.receive(each->look(now));
    }
}

void waiting_room::clear() {
    for (const auto& [number, waiting] : waiters_) {
        arrivals_.leave(waiting->id, number);
        tell_observer(number);
        waiting->discard_unread();
        events_.receive(event::dismissed{waiting->name(), waiting->id});
    }
    waiters_.clear();
}

} // namespace repeater
