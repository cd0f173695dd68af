// Many limits in time on one timer of an event loop.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/agenda.hpp"
#include "net/deadline.hpp"

#include <boost/asio/steady_timer.hpp>

#include <functional>
#include <memory>
#include <utility>

namespace net {

/// Tells when the time of each key has come. Belongs to one event loop. A limit costs a node of a
/// set, which is a quarter of the memory that a timer of its own would take; waiting peers are
/// many.
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
        const bool is_next = when < all_.next();
        all_.add(when, std::move(key));
        if (is_next) {
            arm();
        }
    }

    /// Removes the limit that was added with this time and key; does nothing where it has passed.
    void remove(clock::time_point when, const Key& key) {
        all_.remove(when, key);
        if (all_.next() == clock::time_point::max()) {
            timer_.cancel(); // else its wait would keep the event loop running
        }
    }

private:
    void arm() {
        timer_.expires_at(all_.next()); // ends the wait before, if there is one
        timer_.async_wait([this, gone = gone_](const error_code& cancelled) {
            if (!cancelled && !*gone) {
                tell();
            }
        });
    }

    void tell() {
        while (const auto key = all_.take_due()) {
            passed_(*key);
        }
        if (all_.next() != clock::time_point::max()) {
            arm();
        }
    }

    asio::steady_timer timer_;
    std::function<void(Key)> passed_;
    agenda<Key> all_;
    std::shared_ptr<bool> gone_ = std::make_shared<bool>(false); ///< for a handler that comes late
};

} // namespace net
