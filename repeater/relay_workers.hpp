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
#include <cstdint>
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

    /// Sets what holds for pairs that start from now on, and what all together may carry.
    void configure(const config&);

    /// Changes what the viewer of a live pair may do from now on.
    [[nodiscard]] asio::awaitable<change_outcome> change_policy(session_number, policy_change);

    /// Takes some pairs off their threads, for another process: so many at most, and none where it
    /// finds none. They count as live until they are given away.
    [[nodiscard]] asio::awaitable<std::vector<std::unique_ptr<relay>>>
    set_aside(std::size_t at_most);

    /// Of a pair that was set aside: goes on with it after all.
    void take_back(std::unique_ptr<relay>);

    /// The same: another process has it now.
    void given_away(session_number pair);

    /// Relays a pair that another process had; as whom its peers count.
    void go_on(moved_pair, std::array<net::unique_fd, 2> sockets,
               std::array<source_limits::place, 2>);

    /// Whether the pair's server came to us by itself: otherwise it was dialled.
    [[nodiscard]] bool is_server_accepted(session_number pair);

    /// Ends every pair now.
    void stop();

    /// Tells of so many pairs at most, each worker's oldest first.
    void show(std::size_t at_most);

    /// Number of pairs that have not ended.
    [[nodiscard]] std::size_t size() const { return live_.size(); }

    struct thread_numbers {
        std::int64_t pairs = 0;
        std::uint64_t from_viewers = 0; ///< bytes that have reached servers
        std::uint64_t from_servers = 0;
    };

    /// Of the thread that decides, then of each worker.
    [[nodiscard]] std::vector<thread_numbers> numbers() const;

    /// Pairs that workers were given so far.
    [[nodiscard]] std::uint64_t handed_over() const { return turn_; }

    /// The event loops of all workers.
    [[nodiscard]] std::vector<asio::any_io_executor> loops() const;

    /// Completes when all pairs have ended.
    [[nodiscard]] asio::awaitable<void> join();

private:
    void receive(const any_event&);
    void hand_over(std::unique_ptr<relay>);

    event_sink& events_;
    asio::any_io_executor executor_;
    session_terms terms_; ///< where no policy holds
    std::vector<policy_rule> policies_;
    paces all_pairs_;
    /// As which both peers of a live pair count, by the pair's number. Pairs move to threads where
    /// nothing may be counted.
    std::unordered_map<session_number, std::array<source_limits::place, 2>> live_;
    net::wake_up one_ended_;
    std::vector<std::byte> scratch_;
    live_pairs here_;
    std::uint64_t turn_ = 0;
    std::vector<std::unique_ptr<relay_worker>> workers_; // last: their threads end before the rest
};

} // namespace repeater
