// Makes a relay of each pair, and destroys it with its last event.
// SPDX-License-Identifier: EUPL-1.2
#include "repeater/live_pairs.hpp"

#include "repeater/oldest_of.hpp"

#include <boost/asio/error.hpp>

#include <algorithm>
#include <new>
#include <utility>

namespace repeater {

live_pairs::live_pairs(net::event_loop& loop, std::span<std::byte> scratch, const relaying& how,
                       report r, give_away g)
    : pipes_(how.pipes), reminders_(loop.get_executor(), calling(&relay::check_limits)),
      pauses_(loop.get_executor(), calling(&relay::resume)), report_(std::move(r)),
      give_away_(std::move(g)),
      shared_{loop,           carried_,       {scratch, pipes_, how.splice_after, how.reads_a_turn},
              how.bytes_here, how.wakes_here, *this,
              how.all_pairs,  rewriting_} {}

/// Of the relay of a pair that still lives.
std::function<void(session_number)> live_pairs::calling(void (relay::*what)()) {
    return [this, what](session_number pair) {
        if (const auto found = relays_.find(pair); found != relays_.end()) {
            (*found->second.*what)();
        }
    };
}

// Where there is no memory for the relay, the pair ends at once with its event; the others go on.
void live_pairs::start(pair p, const session_terms& t) {
    const event::ended failed{p.number(), p.newcomer, p.newcomer, {}, {}, {}, p.met};
    try {
        auto made = std::make_unique<relay>(shared_, std::move(p), t);
        add(failed.pair, std::move(made)).start();
    } catch (const std::bad_alloc&) {
        fail(failed);
    }
}

void live_pairs::go_on(moved_pair p, std::array<net::unique_fd, 2> sockets) {
    const event::ended failed{p.number, p.newcomer, p.newcomer, {}, {}, {}, p.met};
    try {
        auto made = std::make_unique<relay>(shared_, std::move(p), std::move(sockets));
        add(failed.pair, std::move(made)).go_on(shared_);
    } catch (const std::bad_alloc&) {
        fail(failed);
    }
}

void live_pairs::fail(const event::ended& e) {
    auto failed = e;
    failed.from_viewer =
        failed.from_server = {event::ended::how::stopped, asio::error::no_memory, 0};
    report_(failed);
}

std::vector<std::unique_ptr<relay>> live_pairs::set_aside(std::size_t at_most) {
    std::vector<session_number> numbers;
    for (const auto& [number, each] : relays_) {
        if (numbers.size() < at_most && each->may_move()) {
            numbers.push_back(number);
        }
    }
    std::vector<std::unique_ptr<relay>> all;
    all.reserve(numbers.size());
    for (const auto number : numbers) {
        all.push_back(take(number));
    }
    return all;
}

std::unique_ptr<relay> live_pairs::take(session_number pair) {
    auto leaving = std::move(relays_.extract(pair).mapped());
    size_.add(-1);
    leaving->leave();
    return leaving;
}

void live_pairs::go_on(std::unique_ptr<relay> given) {
    const auto number = given->number();
    add(number, std::move(given)).go_on(shared_);
}

relay& live_pairs::add(session_number number, std::unique_ptr<relay> r) {
    auto& added = *relays_.emplace(number, std::move(r)).first->second;
    size_.add(1);
    return added;
}

change_outcome live_pairs::change_policy(session_number pair, const policy_change& change) {
    const auto found = relays_.find(pair);
    if (found == relays_.end()) {
        return change_outcome::unknown;
    }
    const auto now = found->second->change_policy(change);
    if (!now) {
        return change_outcome::fixed;
    }
    report_(event::policy_changed{pair, *now});
    return change_outcome::changed;
}

void live_pairs::stop() {
    while (!relays_.empty()) {
        relays_.begin()->second->stop(); // which takes it out
    }
}

void live_pairs::show(std::size_t at_most) const {
    const auto now = net::clock::now();
    for (const auto* const each : oldest_of(relays_, at_most)) {
        report_(each->look(now));
    }
}

void live_pairs::described(session_number pair, const rfb::handshake_facts& facts) {
    report_(event::described{pair, facts});
}

void live_pairs::understood(const event::understood& e) {
    report_(e);
}

void live_pairs::broke_policy(const event::policy_broken& e) {
    report_(e);
}

void live_pairs::ended(const event::ended& e) {
    size_.add(-static_cast<std::int64_t>(relays_.erase(e.pair)));
    report_(e);
}

void live_pairs::outgrew(session_number pair) {
    give_away_(take(pair));
}

void live_pairs::remind(session_number pair, net::clock::time_point when) {
    reminders_.add(when, pair);
}

void live_pairs::forget(session_number pair, net::clock::time_point when) {
    reminders_.remove(when, pair);
}

void live_pairs::pause(session_number pair, net::clock::time_point until) {
    pauses_.add(until, pair);
}

void live_pairs::unpause(session_number pair, net::clock::time_point until) {
    pauses_.remove(until, pair);
}

} // namespace repeater
