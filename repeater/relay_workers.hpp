// All live pairs, on whatever threads they are: starts them, hears of their ends, can stop them.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/wake_up.hpp"
#include "repeater/live_pairs.hpp"
#include "repeater/options/config.hpp"
#include "repeater/pair.hpp"
#include "repeater/relay_worker.hpp"

#include <array>
#include <cstddef>
#include <memory>
#include <unordered_map>
#include <vector>

namespace repeater {

/// Used on the thread that decides. That thread relays as well: a pair goes on where it met, at no
/// cost. With more than one thread a pair that has carried some bytes goes to the next worker in
/// turn, and stays there.
class relay_workers {
public:
    relay_workers(net::event_loop& decides, const config&, event_sink&);

    /// Says that the two are paired, and relays them from then on.
    void start(pair);

    /// Sets the limits of pairs that start from now on.
    void set_limits(const limits& l) { limits_ = l; }

    /// Ends every pair now.
    void stop();

    /// Tells of so many pairs at most, each worker's oldest first.
    void show(std::size_t at_most);

    /// Number of pairs that have not ended.
    [[nodiscard]] std::size_t size() const { return live_.size(); }

    /// Completes when all pairs have ended.
    [[nodiscard]] asio::awaitable<void> join();

private:
    void receive(const any_event&);
    void hand_over(std::unique_ptr<relay>);

    event_sink& events_;
    limits limits_;
    /// As which both peers of a live pair count, by the pair's number. Pairs move to threads where
    /// nothing may be counted.
    std::unordered_map<session_number, std::array<source_limits::place, 2>> live_;
    net::wake_up one_ended_;
    std::vector<std::byte> scratch_;
    live_pairs here_;
    std::size_t turn_ = 0;
    std::vector<std::unique_ptr<relay_worker>> workers_; // last: their threads end before the rest
};

} // namespace repeater
