// Many limits in time on one timer of an event loop.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/agenda.hpp"
#include "net/event_loop.hpp"

#include <functional>
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
        : loop_(event_loop::of(executor)), timer_(executor, [this] { tell(); }),
          passed_(std::move(passed)) {}

    void add(clock::time_point when, Key key) {
        all_.add(when, std::move(key));
        if (when < timer_.when()) {
            timer_.set(when);
        }
    }

    /// Removes the limit that was added with this time and key; does nothing where it has passed.
    void remove(clock::time_point when, const Key& key) { all_.remove(when, key); }

private:
    // The timer may ring for a limit that was removed; it is set anew only then, since most limits
    // are removed long before their time. The time is the event loop's: a key that is listed anew
    // for a little later than that must not come up again in the same loop.
    void tell() {
        const auto now = loop_.now();
        while (const auto key = all_.take_due(now)) {
            passed_(*key);
        }
        timer_.set(all_.next());
    }

    event_loop& loop_;
    timer timer_;
    std::function<void(Key)> passed_;
    agenda<Key> all_;
};

} // namespace net
