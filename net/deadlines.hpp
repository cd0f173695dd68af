// Many limits in time, one timer.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/deadline.hpp"

#include <boost/asio/steady_timer.hpp>

#include <functional>
#include <memory>
#include <set>
#include <utility>

namespace net {

/// On one event loop. Costs a set's node each, where a timer of its own would cost four times that.
template <class Key>
class deadlines {
public:
    /// `passed` hears of each key whose time has come; it is no longer listed then.
    deadlines(const asio::any_io_executor& executor, std::function<void(Key)> passed)
        : timer_(executor), passed_(std::move(passed)) {}

    deadlines(const deadlines&) = delete;
    deadlines& operator=(const deadlines&) = delete;

    ~deadlines() { *gone_ = true; }

    void add(clock::time_point when, Key key) {
        const auto entry = all_.emplace(when, std::move(key)).first;
        if (entry == all_.begin()) {
            arm();
        }
    }

    /// As it was added; does nothing where it has passed.
    void remove(clock::time_point when, const Key& key) {
        all_.erase({when, key});
        if (all_.empty()) {
            timer_.cancel(); // nothing keeps the event loop running
        }
    }

private:
    void arm() {
        timer_.expires_at(all_.begin()->first); // ends the wait before, if there is one
        timer_.async_wait([this, gone = gone_](const error_code& cancelled) {
            if (!cancelled && !*gone) {
                tell();
            }
        });
    }

    void tell() {
        const auto now = clock::now();
        while (!all_.empty() && all_.begin()->first <= now) {
            const auto key = all_.extract(all_.begin()).value().second;
            passed_(key);
        }
        if (!all_.empty()) {
            arm();
        }
    }

    asio::steady_timer timer_;
    std::function<void(Key)> passed_;
    std::set<std::pair<clock::time_point, Key>> all_;
    std::shared_ptr<bool> gone_ = std::make_shared<bool>(false); ///< for a handler that comes late
};

} // namespace net
