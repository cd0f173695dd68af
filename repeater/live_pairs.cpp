// Makes a relay of each pair, and destroys it with its last event.
// SPDX-License-Identifier: EUPL-1.2
#include "repeater/live_pairs.hpp"

#include "repeater/oldest_of.hpp"

#include <boost/asio/error.hpp>

#include <new>
#include <utility>

namespace repeater {

live_pairs::live_pairs(net::event_loop& loop, std::span<std::byte> scratch, const relaying& how,
                       report r, give_away g)
    : pipes_(how.pipes),
      reminders_(loop.get_executor(),
                 [this](session_number pair) {
                     if (const auto found = relays_.find(pair); found != relays_.end()) {
                         found->second->lingered();
                     }
                 }),
      report_(std::move(r)),
      give_away_(std::move(g)), shared_{loop,
                                        {scratch, pipes_, how.splice_after, how.reads_a_turn},
                                        how.bytes_here,
                                        how.wakes_here,
                                        *this} {}

// Where there is no memory for the relay, the pair ends at once with its event; the others go on.
void live_pairs::start(pair p, const limits& l) {
    event::ended failed{p.number(), p.newcomer, p.newcomer, {}, {}, {}, p.met};
    try {
        auto made = std::make_unique<relay>(shared_, std::move(p), l);
        relays_.emplace(failed.pair, std::move(made)).first->second->start();
    } catch (const std::bad_alloc&) {
        failed.from_viewer =
            failed.from_server = {event::ended::how::stopped, asio::error::no_memory, 0};
        report_(failed);
    }
}

void live_pairs::go_on(std::unique_ptr<relay> given) {
    const auto number = given->number();
    relays_.emplace(number, std::move(given)).first->second->go_on(shared_);
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

void live_pairs::ended(const event::ended& e) {
    relays_.erase(e.pair);
    report_(e);
}

void live_pairs::outgrew(session_number pair) {
    auto leaving = std::move(relays_.extract(pair).mapped());
    leaving->leave();
    give_away_(std::move(leaving));
}

void live_pairs::remind(session_number pair, net::clock::time_point when) {
    reminders_.add(when, pair);
}

void live_pairs::forget(session_number pair, net::clock::time_point when) {
    reminders_.remove(when, pair);
}

} // namespace repeater
