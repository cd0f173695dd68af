// Hands pairs to the workers in turn, and brings their events back to the thread that decides.
// SPDX-License-Identifier: EUPL-1.2
#include "repeater/relay_workers.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <utility>

namespace repeater {

namespace {

/// Three quarters of the pipes that a user without privilege may have, at 256 KiB each (pipe(7)).
constexpr std::size_t pipes_in_all = 192;

} // namespace

relay_workers::relay_workers(asio::any_io_executor decides, const config& c, event_sink& events)
    : decides_(std::move(decides)), events_(events), limits_(c.limits), one_ended_(decides_) {
    const auto pipes = c.splice == splicing::off ? 0 : std::max(1UL, pipes_in_all / c.threads);
    const auto splice_after = c.splice == splicing::on ? 1 : net::pump_resources::default_reads;
    const auto report = [this](any_event e) {
        asio::post(decides_, [this, e = std::move(e)] { receive(e); });
    };
    for (std::size_t i = 0; i < c.threads; ++i) {
        workers_.push_back(std::make_unique<relay_worker>(pipes, splice_after, report));
    }
}

void relay_workers::start(pair p) {
    const auto viewer_first = p.newcomer == rfb::side::viewer;
    events_.receive(event::paired{viewer_first ? p.viewer.name : p.server.name,
                                  viewer_first ? p.server.name : p.viewer.name, p.met});
    ++live_;
    turn_ = (turn_ + 1) % workers_.size();
    workers_[turn_]->start(std::move(p), limits_);
}

void relay_workers::receive(const any_event& e) {
    events_.receive(e);
    if (std::holds_alternative<event::ended>(e)) {
        --live_;
        one_ended_.notify();
    }
}

void relay_workers::stop() {
    for (auto& each : workers_) {
        each->stop();
    }
}

void relay_workers::show(std::size_t at_most) {
    const auto of_each = std::max<std::size_t>(at_most / workers_.size(), 1);
    for (auto& each : workers_) {
        each->show(of_each);
    }
}

asio::awaitable<void> relay_workers::join() {
    while (live_ > 0) {
        co_await one_ended_.wait();
    }
}

} // namespace repeater
