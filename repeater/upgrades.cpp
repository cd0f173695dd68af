// Starts the other process, gives it what it takes, and ends it where it does not.
// SPDX-License-Identifier: EUPL-1.2
#include "repeater/upgrades.hpp"

#include "net/event_loop.hpp"

#include <boost/asio/co_spawn.hpp>

#include <array>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace repeater {

void upgrades::want() {
    if (successor_) {
        fail("another upgrade is under way");
    } else if (parts_.server.is_stopping()) {
        fail("this process is about to end");
    } else if (parts_.keeper != nullptr && parts_.keeper->is_open()) {
        parts_.keeper->tell(number_of(record_kind::wants_upgrade));
    } else if (::getpid() == 1) {
        fail("the system ends all processes with PID 1 (--keeper stays it)");
    } else if (parts_.starter == nullptr) {
        fail("there is no keeper any more");
    } else {
        start();
    }
}

void upgrades::start() {
    try {
        auto [ours, theirs] = net::message_socket::make_pair();
        const std::array passed{theirs.native_handle()};
        pid_ = parts_.starter->start(passed, "predecessor");
        begin(std::move(ours));
    } catch (const std::system_error& e) {
        fail(e.what());
    }
}

void upgrades::begin(net::message_socket to) {
    if (successor_ || parts_.server.is_stopping()) {
        return; // the other end finds that nobody is there
    }
    successor_.emplace(parts_.loop, parts_.server, parts_.sinks, parts_.keeper, std::move(to),
                       parts_.more_listeners());
    asio::co_spawn(parts_.loop, hand_over(), net::rethrow);
}

void upgrades::cancel() {
    if (successor_) {
        successor_->cancel();
    }
}

asio::awaitable<void> upgrades::hand_over() {
    const auto why = co_await successor_->take_over();
    if (!why.empty()) {
        end_successor();
        fail(why);
    }
    if (!successor_->is_given()) {
        successor_.reset();
        co_return;
    }
    has_left_ = true;
    parts_.left();
    co_await successor_->give_the_rest();
}

/// The keeper ends its own.
void upgrades::end_successor() {
    if (parts_.keeper != nullptr) {
        parts_.keeper->tell(number_of(record_kind::upgrade_failed));
    }
    if (const auto pid = std::exchange(pid_, 0); pid > 0) {
        parts_.starter->end(pid);
    }
}

} // namespace repeater
