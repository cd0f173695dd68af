// Carries out what the rendezvous decides.
// SPDX-License-Identifier: EUPL-1.2
#include "repeater/waiting_room.hpp"

#include <utility>

namespace repeater {

waiting_room::waiting_room(duplicate_policy policy, std::size_t max_early, net::task_group& tasks,
                           event_sink& events)
    : max_early_(max_early), tasks_(tasks), events_(events), rendezvous_(policy) {}

std::optional<pair> waiting_room::arrive(std::shared_ptr<peer> newcomer,
                                         const rfb::repeater_id& id) {
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
        return std::nullopt; // closes it
    }
    if (const auto* found = std::get_if<rendezvous::replaces>(&outcome)) {
        const auto older = std::move(waiters_.extract(found->older).mapped().who);
        events_.receive(event::replaced{older->name, newcomer->name.number, id});
        older->stream.close();
    }
    admit(std::move(newcomer), id);
    return std::nullopt;
}

void waiting_room::drop_dead(const rfb::repeater_id& id, rfb::side newcomer) {
    while (const auto number = rendezvous_.in_the_way(id, newcomer)) {
        auto& stream = waiters_.at(*number).who->stream;
        const bool alive = net::look_at(stream.native_handle()) == net::tcp_state::established;
        events_.receive(event::partner_checked{waiters_.at(*number).who->name, id, alive});
        if (alive) {
            return;
        }
        stream.close();
        waiters_.erase(*number);
        rendezvous_.leave(id, *number);
    }
}

void waiting_room::admit(std::shared_ptr<peer> newcomer, const rfb::repeater_id& id) {
    events_.receive(event::waiting{newcomer->name, id});
    waiters_.emplace(newcomer->name.number, waiter{newcomer, id});
    tasks_.spawn(watch(std::move(newcomer)));
}

// The room and this task may each be the last to hold the peer.
asio::awaitable<void> waiting_room::watch(std::shared_ptr<peer> p) {
    const auto how = co_await until_gone(*p, max_early_);
    const auto found = waiters_.find(p->name.number);
    if (found == waiters_.end()) {
        co_return; // it was paired or replaced meanwhile
    }
    const auto id = found->second.id;
    p->stream.close();
    waiters_.erase(found);
    rendezvous_.leave(id, p->name.number);
    events_.receive(event::left{p->name, id, how});
}

void waiting_room::clear() {
    for (auto& [number, waiting] : waiters_) {
        rendezvous_.leave(waiting.id, number);
        waiting.who->stream.close();
    }
    waiters_.clear();
}

} // namespace repeater
