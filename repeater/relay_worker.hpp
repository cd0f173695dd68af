// One thread and the pairs that it relays.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/agenda.hpp"
#include "net/poller_thread.hpp"
#include "repeater/relay.hpp"

#include <cstddef>
#include <functional>
#include <memory>
#include <unordered_map>

namespace repeater {

/// Pairs come by start(), from any thread, and stay here until they end.
class relay_worker final : relay::owner {
public:
    /// Hears of described, of carries, and of ended, which is a pair's last event, on the worker's
    /// thread.
    using report = std::function<void(any_event)>;

    /// `pipes`: how many directions may move through pipes at a time. `splice_after`: large reads
    /// before one does (net::pump_resources).
    relay_worker(std::size_t pipes, unsigned splice_after, report);
    relay_worker(const relay_worker&) = delete;
    relay_worker& operator=(const relay_worker&) = delete;

    /// Waits until all pairs have ended.
    ~relay_worker() { thread_.join(); }

    /// Takes a pair over. From any thread.
    void start(pair, const limits&);

    /// Ends every pair. From any thread.
    void stop();

    /// Reports so many pairs at most (event::carries), the oldest first. From any thread.
    void show(std::size_t at_most);

private:
    void begin(pair, const limits&);
    net::clock::time_point tell_due();
    void described(session_number pair, const rfb::handshake_facts&) override;
    void ended(const event::ended&) override;
    void remind(session_number pair, net::clock::time_point) override;
    void forget(session_number pair, net::clock::time_point) override;

    net::agenda<session_number> reminders_; // before the thread, which reads it from its first wait
    net::poller_thread thread_;
    report report_;
    relay::shared shared_;
    std::unordered_map<session_number, std::unique_ptr<relay>> relays_;
};

} // namespace repeater
