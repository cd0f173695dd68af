// Starts pairs on the thread that decides, or hands them to the workers in turn.
// SPDX-License-Identifier: EUPL-1.2
#include "repeater/relay_workers.hpp"

#include <algorithm>
#include <utility>

namespace repeater {

namespace {

/// Three quarters of the pipes that a user without privilege may have, at 256 KiB each (pipe(7)).
constexpr std::size_t pipes_in_all = 192;

/// Of the thread that decides: newcomers wait for the turns of all pairs there.
constexpr int short_turn = 1;

/// Most pairs that carry so many bytes carry many more, and the hand-over is nothing beside them.
constexpr std::uint64_t bytes_before_a_worker = std::uint64_t{64} * 1024;

/// RFB's handshake alone wakes a pair so often: from then on it is a session.
constexpr unsigned wakes_before_a_worker = 8;

relaying on_worker(const config& c) {
    return {.pipes = c.splice == splicing::off ? 0 : std::max(1UL, pipes_in_all / c.threads),
            .splice_after = c.splice == splicing::on ? 1 : net::pump_resources::default_reads,
            .reads_a_turn = net::pump_resources::default_turn};
}

/// On the thread that decides.
relaying on_decider(const config& c) {
    auto how = on_worker(c);
    how.reads_a_turn = short_turn;
    if (c.threads > 1) {
        how.pipes = 0;
        how.bytes_here = bytes_before_a_worker;
        how.wakes_here = wakes_before_a_worker;
    }
    return how;
}

} // namespace

relay_workers::relay_workers(net::event_loop& decides, const config& c, event_sink& events)
    : events_(events), limits_(c.limits), one_ended_(decides.get_executor()),
      scratch_(net::worker::scratch_size),
      here_(
          decides, scratch_, on_decider(c), [this](const any_event& e) { receive(e); },
          [this](std::unique_ptr<relay> r) { hand_over(std::move(r)); }) {
    for (std::size_t i = 0; c.threads > 1 && i < c.threads; ++i) {
        workers_.push_back(std::make_unique<relay_worker>(
            decides.get_executor(), on_worker(c), [this](const any_event& e) { receive(e); }));
    }
}

void relay_workers::start(pair p) {
    const auto viewer_first = p.newcomer == rfb::side::viewer;
    events_.receive(event::paired{viewer_first ? p.viewer.name : p.server.name,
                                  viewer_first ? p.server.name : p.viewer.name, p.met});
    live_.emplace(p.number(), std::array{std::move(p.viewer.place), std::move(p.server.place)});
    here_.start(std::move(p), limits_);
}

void relay_workers::hand_over(std::unique_ptr<relay> pair) {
    turn_ = (turn_ + 1) % workers_.size();
    workers_[turn_]->go_on(std::move(pair));
}

void relay_workers::receive(const any_event& e) {
    events_.receive(e);
    if (const auto* const over = std::get_if<event::ended>(&e)) {
        live_.erase(over->pair);
        one_ended_.notify();
    }
}

void relay_workers::stop() {
    here_.stop();
    for (auto& each : workers_) {
        each->stop();
    }
}

void relay_workers::show(std::size_t at_most) {
    const auto of_each = std::max<std::size_t>(at_most / (workers_.size() + 1), 1);
    here_.show(of_each);
    for (auto& each : workers_) {
        each->show(of_each);
    }
}

asio::awaitable<void> relay_workers::join() {
    while (!live_.empty()) {
        co_await one_ended_.wait();
    }
}

} // namespace repeater
