// Everything but start() and stop() runs on the worker's thread.
// SPDX-License-Identifier: EUPL-1.2
#include "repeater/relay_station.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>

#include <new>
#include <utility>

namespace repeater {

relay_station::relay_station(std::size_t pipes, unsigned splice_after, report r)
    : worker_(pipes),
      report_(std::move(r)), means_{worker_.poller(),
                                    {worker_.scratch(), worker_.pipes(), splice_after},
                                    *this},
      reminders_(worker_.executor(), [this](session_number number) {
          if (const auto found = relays_.find(number); found != relays_.end()) {
              found->second->lingered();
          }
      }) {}

void relay_station::start(pair p, const limits& l) {
    asio::post(worker_.executor(),
               [this, p = std::move(p), l]() mutable { begin(std::move(p), l); });
}

void relay_station::begin(pair p, const limits& l) {
    event::ended failed{p.number(), p.newcomer, p.newcomer, {}, {}, {}, p.met};
    try {
        auto made = std::make_unique<relay>(means_, std::move(p), l);
        relays_.emplace(failed.pair, std::move(made)).first->second->start();
    } catch (const std::bad_alloc&) {
        failed.from_viewer =
            failed.from_server = {event::ended::how::stopped, asio::error::no_memory, 0};
        report_(failed);
    }
}

void relay_station::stop() {
    asio::post(worker_.executor(), [this] {
        while (!relays_.empty()) {
            relays_.begin()->second->stop(); // which takes it out
        }
    });
}

void relay_station::described(session_number pair, const rfb::handshake_facts& facts) {
    report_(event::described{pair, facts});
}

void relay_station::ended(const event::ended& e) {
    relays_.erase(e.pair);
    report_(e);
}

void relay_station::remind(session_number pair, net::clock::time_point when) {
    reminders_.add(when, pair);
}

void relay_station::forget(session_number pair, net::clock::time_point when) {
    reminders_.remove(when, pair);
}

} // namespace repeater
