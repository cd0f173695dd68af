// One thread and the pairs that it relays.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/agenda.hpp"
#include "net/poller_thread.hpp"
#include "repeater/relay.hpp"

#include <functional>
#include <memory>
#include <unordered_map>

namespace repeater {

class relay_worker final : relay::owner {
public:
    /// Hears of described and of ended (which comes last), on the worker's thread.
    using report = std::function<void(any_event)>;

    /// `splice_after`: see net::pump_resources.
    relay_worker(std::size_t pipes, unsigned splice_after, report);
    relay_worker(const relay_worker&) = delete;
    relay_worker& operator=(const relay_worker&) = delete;

    /// Waits for its pairs.
    ~relay_worker() { thread_.join(); }

    /// From any thread.
    void start(pair, const limits&);

    /// Ends every pair. From any thread.
    void stop();

private:
    void begin(pair, const limits&);
    net::clock::time_point tell_due();
    void described(session_number pair, const rfb::handshake_facts&) override;
    void ended(const event::ended&) override;
    void remind(session_number pair, net::clock::time_point) override;
    void forget(session_number pair, net::clock::time_point) override;

    net::agenda<session_number> reminders_; // before the thread, which looks at it
    net::poller_thread thread_;
    report report_;
    relay::shared shared_;
    std::unordered_map<session_number, std::unique_ptr<relay>> relays_;
};

} // namespace repeater
