// Starts the other process, gives it what it takes, and ends it where it does not.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/upgrades.hpp"

#include <boost/asio/co_spawn.hpp>

#include <array>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace wsgate {

upgrades::upgrades(net::event_loop& loop, server& s, journal& j, service::starter* starter)
    : loop_(loop), server_(s), journal_(j), starter_(starter) {}

void upgrades::want() {
    if (successor_) {
        journal_.upgrade_failed("another upgrade is under way");
    } else if (server_.is_stopping()) {
        journal_.upgrade_failed("this process is about to end");
    } else if (starter_ == nullptr) {
        journal_.upgrade_failed(::getpid() == 1 ? "the system ends all processes with PID 1"
                                                : "inetd(8) starts the next process (--inetd)");
    } else {
        start();
    }
}

void upgrades::start() {
    try {
        auto [ours, theirs] = net::message_socket::make_pair();
        const std::array passed{theirs.native_handle()};
        pid_ = starter_->start(passed, "predecessor");
        successor_.emplace(loop_, server_, std::move(ours));
        asio::co_spawn(loop_, hand_over(), net::rethrow);
    } catch (const std::system_error& e) {
        journal_.upgrade_failed(e.what());
    }
}

void upgrades::cancel() {
    if (successor_) {
        successor_->cancel();
    }
}

asio::awaitable<void> upgrades::hand_over() {
    const auto why = co_await successor_->take_over();
    if (!successor_->is_given()) {
        starter_->end(std::exchange(pid_, 0));
        journal_.upgrade_failed(why);
        successor_.reset();
        co_return;
    }
    has_left_ = true;
    co_await successor_->give_the_rest();
}

} // namespace wsgate
