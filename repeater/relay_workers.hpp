// All relay workers: hands pairs to them, hears of their ends, and can stop them.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/wake_up.hpp"
#include "repeater/options/config.hpp"
#include "repeater/pair.hpp"
#include "repeater/relay_worker.hpp"

#include <cstddef>
#include <memory>
#include <vector>

namespace repeater {

/// Used on the thread that decides; relays run on the workers' threads.
class relay_workers {
public:
    relay_workers(asio::any_io_executor decides, const config&, event_sink&);

    /// Says that the two are paired, and gives them to the next worker in turn.
    void start(pair);

    /// Sets the limits of pairs that start from now on.
    void set_limits(const limits& l) { limits_ = l; }

    /// Ends every pair now.
    void stop();

    /// Tells of so many pairs at most, each worker's oldest first.
    void show(std::size_t at_most);

    /// Number of pairs that have not ended.
    [[nodiscard]] std::size_t size() const { return live_; }

    /// Completes when all pairs have ended.
    [[nodiscard]] asio::awaitable<void> join();

private:
    void receive(const any_event&);

    asio::any_io_executor decides_;
    event_sink& events_;
    limits limits_;
    std::size_t live_ = 0;
    net::wake_up one_ended_;
    std::size_t turn_ = 0;
    std::vector<std::unique_ptr<relay_worker>> workers_; // last: their threads end before the rest
};

} // namespace repeater
