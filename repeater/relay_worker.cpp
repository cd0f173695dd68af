// start() and stop() post to the worker's thread; everything else runs there.
// SPDX-License-Identifier: EUPL-1.2
#include "repeater/relay_worker.hpp"

#include "repeater/oldest_of.hpp"

#include <boost/asio/error.hpp>

#include <new>
#include <utility>

namespace repeater {

relay_worker::relay_worker(std::size_t pipes, unsigned splice_after, report r)
    : thread_(pipes, [this] { return tell_due(); }),
      report_(std::move(r)), shared_{thread_,
                                     {thread_.scratch(), thread_.pipes(), splice_after},
                                     *this} {}

net::clock::time_point relay_worker::tell_due() {
    while (const auto number = reminders_.take_due()) {
        if (const auto found = relays_.find(*number); found != relays_.end()) {
            found->second->lingered();
        }
    }
    return reminders_.next();
}

void relay_worker::start(pair p, const limits& l) {
    // A function that can be posted can be copied, which a pair cannot.
    thread_.post([this, p = std::make_shared<pair>(std::move(p)), l] { begin(std::move(*p), l); });
}

// Where there is no memory for the relay, the pair ends at once with its event; the others go on.
void relay_worker::begin(pair p, const limits& l) {
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

void relay_worker::stop() {
    thread_.post([this] {
        while (!relays_.empty()) {
            relays_.begin()->second->stop(); // which takes it out
        }
    });
}

void relay_worker::show(std::size_t at_most) {
    thread_.post([this, at_most] {
        const auto now = net::clock::now();
        for (const auto* const each : oldest_of(relays_, at_most)) {
            report_(each->look(now));
        }
    });
}

void relay_worker::described(session_number pair, const rfb::handshake_facts& facts) {
    report_(event::described{pair, facts});
}

void relay_worker::ended(const event::ended& e) {
    relays_.erase(e.pair);
    report_(e);
}

void relay_worker::remind(session_number pair, net::clock::time_point when) {
    reminders_.add(when, pair);
}

void relay_worker::forget(session_number pair, net::clock::time_point when) {
    reminders_.remove(when, pair);
}

} // namespace repeater
