// Carries out what the rendezvous decides.
// SPDX-License-Identifier: EUPL-1.2
#include "repeater/waiting_room.hpp"

#include "net/deadline.hpp"
#include "repeater/explanation.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>

#include <optional>
#include <utility>

namespace repeater {

using namespace asio::experimental::awaitable_operators;

waiting_room::waiting_room(duplicate_policy policy, net::task_group& tasks, event_sink& events)
    : tasks_(tasks), events_(events), rendezvous_(policy) {}

waiting_room::arrival waiting_room::arrive(std::shared_ptr<peer> newcomer,
                                           const rfb::repeater_id& id,
                                           std::shared_ptr<const config> conf) {
    drop_dead(id, newcomer->name.side);
    const auto outcome = rendezvous_.arrive(id, newcomer->name.side, newcomer->name.number);
    if (const auto* found = std::get_if<rendezvous::pairs>(&outcome)) {
        const auto partner = std::move(waiters_.extract(found->with).mapped().who);
        events_.receive(event::paired{newcomer->name, partner->name, id});
        return make_pair({newcomer->name, newcomer->detach()}, {partner->name, partner->detach()},
                         id);
    }
    if (std::holds_alternative<rendezvous::refused>(outcome)) {
        events_.receive(event::refused{newcomer->name, id});
        return rendezvous::refused{};
    }
    if (const auto* found = std::get_if<rendezvous::replaces>(&outcome)) {
        const auto older = std::move(waiters_.extract(found->older).mapped().who);
        events_.receive(event::replaced{older->name, newcomer->name.number, id});
        older->stream.close();
    }
    admit(std::move(newcomer), id, std::move(conf));
    return rendezvous::waits{};
}

void waiting_room::drop_dead(const rfb::repeater_id& id, rfb::side newcomer) {
    while (const auto number = rendezvous_.in_the_way(id, newcomer)) {
        auto& stream = waiters_.at(*number).who->stream;
        const auto& found = waiters_.at(*number).who->name;
        const bool alive = net::look_at(stream.native_handle()) == net::tcp_state::established;
        if (found.side != newcomer) {
            events_.receive(event::partner_checked{found, id, alive});
        } else if (!alive) {
            events_.receive(event::left{found, id, asio::error::eof});
        }
        if (alive) {
            return;
        }
        stream.close();
        waiters_.erase(*number);
        rendezvous_.leave(id, *number);
    }
}

void waiting_room::admit(std::shared_ptr<peer> newcomer, const rfb::repeater_id& id,
                         std::shared_ptr<const config> conf) {
    events_.receive(event::waiting{newcomer->name, id});
    waiters_.emplace(newcomer->name.number, waiter{newcomer, id});
    tasks_.spawn(watch(std::move(newcomer), std::move(conf)));
}

namespace {

/// As until_gone(); empty where the limit came first. A coroutine of its own, as the common case,
/// without a limit, needs none of this memory.
asio::awaitable<std::optional<error_code>> until_gone_or_expired(peer& p, std::size_t max_early,
                                                                 std::chrono::milliseconds limit) {
    const auto first = co_await (until_gone(p, max_early) || net::expire_after(limit));
    co_return first.index() == 0 ? std::optional{std::get<0>(first)} : std::nullopt;
}

} // namespace

// The room and this task may each be the last to hold the peer.
asio::awaitable<void> waiting_room::watch(std::shared_ptr<peer> p,
                                          std::shared_ptr<const config> conf) {
    const bool is_viewer = p->name.side == rfb::side::viewer;
    const auto& limits = conf->limits;
    const auto wait = is_viewer ? limits.viewer_wait : limits.server_wait;
    std::optional<error_code> how;
    if (wait.count() == 0) {
        how = co_await until_gone(*p, limits.early_bytes);
    } else {
        how = co_await until_gone_or_expired(*p, limits.early_bytes, wait);
    }
    const auto found = waiters_.find(p->name.number);
    if (found == waiters_.end()) {
        co_return; // it was paired or replaced meanwhile
    }
    const auto id = std::move(found->second.id);
    waiters_.erase(found);
    rendezvous_.leave(id, p->name.number);
    if (how) {
        events_.receive(event::left{p->name, id, *how});
    } else {
        events_.receive(event::expired{p->name, id, wait});
        if (is_viewer && conf->explain) {
            co_await explain(*p, "No server with this ID has connected to the repeater.", limits);
        }
    }
    p->stream.close();
}

void waiting_room::clear() {
    for (auto& [number, waiting] : waiters_) {
        rendezvous_.leave(waiting.id, number);
        events_.receive(event::dismissed{waiting.who->name, waiting.id});
        waiting.who->stream.close();
    }
    waiters_.clear();
}

} // namespace repeater
