// Signs of life come while every thread lives, and no longer.
// SPDX-License-Identifier: EUPL-1.2
#include "net/event_loop.hpp"
#include "net/task_group.hpp"
#include "net/worker.hpp"
#include "service/watchdog.hpp"
#include "tests/support/scratch_directory.hpp"
#include "tests/support/unix_socket.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstdlib>
#include <poll.h>
#include <string>

namespace watchdog_test {

namespace {

using namespace std::chrono_literals;

/// What the service manager hears.
class Watchdog : public testing::Test {
protected:
    Watchdog() { ::setenv("NOTIFY_SOCKET", path_.c_str(), 1); }

    ~Watchdog() override { ::unsetenv("NOTIFY_SOCKET"); }

    Watchdog(const Watchdog&) = delete;
    Watchdog& operator=(const Watchdog&) = delete;

    /// Empty where nothing comes.
    [[nodiscard]] std::string hear(std::chrono::milliseconds within) const {
        pollfd p{socket_.get(), POLLIN, 0};
        std::array<char, 100> text{};
        return ::poll(&p, 1, static_cast<int>(within.count())) == 1
                   ? std::string(text.data(), static_cast<std::size_t>(::recv(
                                                  socket_.get(), text.data(), text.size(), 0)))
                   : std::string{};
    }

private:
    support::scratch_directory directory_;
    std::string path_ = (directory_.path() / "notify").string();
    net::unique_fd socket_ = support::bind_unix(path_, 0, SOCK_DGRAM);
};

void ignore(const std::exception_ptr& /*cancelled*/) {}

} // namespace

TEST_F(Watchdog, HearsOfEveryRound) {
    net::worker other;
    net::event_loop own;
    net::task_group chores(own.get_executor(), ignore);
    chores.spawn(service::feed_watchdog(5ms, {other.executor()}));
    own.run_for(200ms);
    EXPECT_EQ(hear(0ms), "WATCHDOG=1");
    EXPECT_EQ(hear(0ms), "WATCHDOG=1");
    chores.cancel();
    own.run();
}

TEST_F(Watchdog, HearsNothingWhereAThreadHangs) {
    net::event_loop hung; // nobody runs it
    net::event_loop own;
    net::task_group chores(own.get_executor(), ignore);
    chores.spawn(service::feed_watchdog(5ms, {hung.get_executor()}));
    own.run_for(200ms);
    EXPECT_EQ(hear(0ms), "");
    hung.run_for(50ms); // it goes on
    own.run_for(200ms);
    EXPECT_EQ(hear(0ms), "WATCHDOG=1");
    chores.cancel();
    own.run_for(100ms);
    hung.run_for(50ms);
    own.run_for(100ms);
}

} // namespace watchdog_test
