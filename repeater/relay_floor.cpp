// Pairs go out to the workers, events come back.
// SPDX-License-Identifier: EUPL-1.2
#include "repeater/relay_floor.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <utility>

namespace repeater {

namespace {

/// Three quarters of what a user without privilege may have, at 256 KiB each (pipe(7)).
constexpr std::size_t pipes_in_all = 192;

} // namespace

relay_floor::relay_floor(asio::any_io_executor decides, const config& c, event_sink& events)
    : decides_(std::move(decides)), events_(events), limits_(c.limits),
      splice_after_(c.splice == splicing::on ? 1 : net::pump_means::default_reads),
      one_ended_(decides_) {
    const auto pipes = c.splice == splicing::off ? 0 : std::max(1UL, pipes_in_all / c.threads);
    for (std::size_t i = 0; i < c.threads; ++i) {
        stations_.push_back(std::make_unique<station>(pipes));
    }
}

void relay_floor::start(pair p) {
    const auto viewer_first = p.newcomer == rfb::side::viewer;
    events_.receive(event::relaying{viewer_first ? p.viewer.name : p.server.name,
                                    viewer_first ? p.server.name : p.viewer.name, p.met});
    ++live_;
    turn_ = (turn_ + 1) % stations_.size();
    auto& where = *stations_[turn_];
    asio::post(where.worker.executor(),
               [this, &where, p = std::move(p), limits = limits_]() mutable {
                   begin(where, std::move(p), limits);
               });
}

void relay_floor::begin(station& where, pair p, const limits& l) {
    const auto number = p.number();
    const auto report = [this, &where, number](any_event e) {
        if (std::holds_alternative<event::ended>(e)) {
            where.relays.erase(number);
        }
        asio::post(decides_, [this, e = std::move(e)] { receive(e); });
    };
    const auto made = std::make_shared<relay>(where.worker, std::move(p), l, splice_after_, report);
    where.relays.emplace(number, made);
    made->start();
}

void relay_floor::receive(const any_event& e) {
    events_.receive(e);
    if (std::holds_alternative<event::ended>(e)) {
        --live_;
        one_ended_.notify();
    }
}

void relay_floor::stop() {
    for (auto& where : stations_) {
        asio::post(where->worker.executor(), [&relays = where->relays] {
            for (const auto& [number, weak] : relays) {
                if (const auto live = weak.lock()) {
                    live->stop();
                }
            }
        });
    }
}

asio::awaitable<void> relay_floor::join() {
    while (live_ > 0) {
        co_await one_ended_.wait();
    }
}

} // namespace repeater
