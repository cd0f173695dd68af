// Starts pairs on the thread that decides, or hands them to the workers in turn.
// SPDX-License-Identifier: EUPL-1.2
#include "repeater/relay_workers.hpp"

#include "net/handoff.hpp"

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

/// What patterns of policies are compared with.
std::string name_in_policies(const meeting& met) {
    const auto* const id = std::get_if<rfb::repeater_id>(&met);
    return id != nullptr ? std::string{id->text()} : to_string(met);
}

relaying on_worker(const config& c, paces& all_pairs) {
    return {.pipes = c.splice == splicing::off ? 0 : std::max(1UL, pipes_in_all / c.threads),
            .splice_after = c.splice == splicing::on ? 1 : net::pump_resources::default_reads,
            .reads_a_turn = net::pump_resources::default_turn,
            .all_pairs = &all_pairs};
}

/// On the thread that decides.
relaying on_decider(const config& c, paces& all_pairs) {
    auto own = on_worker(c, all_pairs);
    own.reads_a_turn = short_turn;
    if (c.threads > 1) {
        own.pipes = 0;
        own.bytes_here = bytes_before_a_worker;
        own.wakes_here = wakes_before_a_worker;
    }
    return own;
}

} // namespace

relay_workers::relay_workers(net::event_loop& decides, const config& c, event_sink& events)
    : events_(events), executor_(decides.get_executor()), one_ended_(executor_),
      scratch_(net::worker::scratch_size),
      here_(
          decides, scratch_, on_decider(c, all_pairs_), [this](const any_event& e) { receive(e); },
          [this](std::unique_ptr<relay> r) { hand_over(std::move(r)); }) {
    configure(c);
    for (std::size_t i = 0; c.threads > 1 && i < c.threads; ++i) {
        workers_.push_back(
            std::make_unique<relay_worker>(decides.get_executor(), on_worker(c, all_pairs_),
                                           [this](const any_event& e) { receive(e); }));
    }
}

void relay_workers::configure(const config& c) {
    terms_ = {{}, {}, c.limits.session, c.has_insight};
    policies_ = c.policies;
    for (auto& way : all_pairs_) {
        way.set(c.limits.total_bandwidth);
    }
}

void relay_workers::start(pair p) {
    const auto viewer_first = p.newcomer == rfb::side::viewer;
    auto terms = terms_of(name_in_policies(p.met), policies_, terms_);
    for (const auto* const each : {&p.viewer.granted, &p.server.granted}) {
        if (*each) {
            narrow(terms, **each);
            terms.policy_name += terms.policy_name.empty() ? "authorized" : "";
        }
    }
    events_.receive(event::paired{viewer_first ? p.viewer.name : p.server.name,
                                  viewer_first ? p.server.name : p.viewer.name, p.met,
                                  terms.policy_name});
    live_.emplace(p.number(), std::array{std::move(p.viewer.place), std::move(p.server.place)});
    here_.start(std::move(p), terms);
}

asio::awaitable<change_outcome> relay_workers::change_policy(session_number pair,
                                                             policy_change change) {
    constexpr int tries = 2; // a pair may move to a worker while others are asked
    for (int i = 0; i < tries && live_.contains(pair); ++i) {
        auto outcome = here_.change_policy(pair, change);
        for (auto each = workers_.begin();
             outcome == change_outcome::unknown && each != workers_.end(); ++each) {
            const auto given = std::make_shared<net::handoff<change_outcome>>(executor_);
            (*each)->change_policy(pair, change,
                                   [given](change_outcome done) { given->give(done); });
            const auto taken = co_await given->take();
            outcome = taken.value_or(change_outcome::unknown);
        }
        if (outcome != change_outcome::unknown) {
            co_return outcome;
        }
    }
    co_return change_outcome::unknown;
}

asio::awaitable<std::vector<std::unique_ptr<relay>>> relay_workers::set_aside(std::size_t at_most) {
    using relays = std::vector<std::unique_ptr<relay>>;
    auto some = here_.set_aside(at_most);
    for (auto each = workers_.begin(); some.empty() && each != workers_.end(); ++each) {
        const auto given = std::make_shared<net::handoff<relays>>(executor_);
        (*each)->set_aside(at_most, [given](relays r) { given->give(std::move(r)); });
        auto taken = co_await given->take();
        some = taken ? std::move(*taken) : relays{};
    }
    co_return some;
}

void relay_workers::take_back(std::unique_ptr<relay> pair) {
    here_.go_on(std::move(pair));
}

void relay_workers::given_away(session_number pair) {
    live_.erase(pair);
    one_ended_.notify();
}

void relay_workers::go_on(moved_pair p, std::array<net::unique_fd, 2> sockets,
                          std::array<source_limits::place, 2> as) {
    live_.emplace(p.number, std::move(as));
    here_.go_on(std::move(p), std::move(sockets));
}

bool relay_workers::is_server_accepted(session_number pair) {
    const auto found = live_.find(pair);
    return found != live_.end() && source_limits::was_accepted(found->second[1]);
}

void relay_workers::hand_over(std::unique_ptr<relay> pair) {
    workers_[turn_++ % workers_.size()]->go_on(std::move(pair));
}

std::vector<relay_workers::thread_numbers> relay_workers::numbers() const {
    const auto of = [](const live_pairs& p) {
        return thread_numbers{p.size(), p.carried().from_viewers.value(),
                              p.carried().from_servers.value()};
    };
    std::vector<thread_numbers> all{of(here_)};
    for (const auto& each : workers_) {
        all.push_back(of(each->pairs()));
    }
    return all;
}

std::vector<asio::any_io_executor> relay_workers::loops() const {
    std::vector<asio::any_io_executor> all;
    for (const auto& each : workers_) {
        all.push_back(each->executor());
    }
    return all;
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
