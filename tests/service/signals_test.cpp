// What each signal does, and that none is lost before somebody obeys.
// SPDX-License-Identifier: EUPL-1.2
#include "net/event_loop.hpp"
#include "service/signals.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <gtest/gtest.h>

#include <atomic>
#include <csignal>
#include <pthread.h>
#include <string>
#include <thread>
#include <vector>

namespace signals_test {

namespace {

namespace asio = boost::asio;

/// Raises signals one after the other, and writes down what each of them did.
class obedience {
public:
    explicit obedience(bool gentle_int) {
        meanings_.reload = [this] { done_ += "reload "; };
        meanings_.show = [this] { done_ += "show "; };
        meanings_.upgrade = [this] { done_ += "upgrade "; };
        meanings_.stop = [this] { done_ += "stop "; };
        meanings_.stop_now = [this] { done_ += "stop_now "; };
        meanings_.gentle_int = gentle_int;
    }

    /// The first is raised before anybody obeys.
    std::string after(const std::vector<int>& numbers) {
        for (std::size_t i = 0; i < numbers.size(); ++i) {
            std::raise(numbers[i]);
            if (i == 0) {
                asio::co_spawn(context_, signals_.obey(meanings_), asio::detached);
            }
            const auto before = done_;
            while (done_ == before) {
                context_.poll();
            }
        }
        signals_.cancel();
        context_.run();
        return done_;
    }

    /// All are raised before anybody obeys.
    std::string after_all_of(const std::vector<int>& numbers) {
        for (const int each : numbers) {
            std::raise(each);
        }
        asio::co_spawn(context_, signals_.obey(meanings_), asio::detached);
        context_.poll();
        signals_.cancel();
        context_.run();
        return done_;
    }

private:
    std::string done_;
    service::signal_meanings meanings_;
    net::event_loop context_;
    service::signals signals_{context_.get_executor()};
};

} // namespace

TEST(Signals, AreKeptUntilSomebodyObeys) {
    EXPECT_EQ(obedience(true).after({SIGHUP}), "reload ");
}

TEST(Signals, StopGentlyThenAtOnce) {
    EXPECT_EQ(obedience(true).after({SIGTERM, SIGHUP, SIGTERM}), "stop reload stop_now ");
    EXPECT_EQ(obedience(true).after({SIGINT, SIGINT}), "stop stop_now ");
    EXPECT_EQ(obedience(true).after({SIGTERM, SIGINT}), "stop stop_now ");
}

TEST(Signals, StopAtOnceByIntWhereThatIsNotGentle) {
    EXPECT_EQ(obedience(false).after({SIGINT, SIGTERM}), "stop_now stop ");
    EXPECT_EQ(obedience(false).after({SIGTERM, SIGTERM}), "stop stop_now ");
}

TEST(Signals, ShowWhatThereIs) {
    EXPECT_EQ(obedience(true).after({SIGUSR1, SIGUSR1}), "show show ");
    EXPECT_EQ(obedience(true).after({SIGUSR2, SIGUSR1, SIGTERM}), "upgrade show stop ");
}

TEST(Signals, NoneIsLostOfMany) {
    obedience one(true);
    const std::vector<int> many(1000, SIGHUP);
    std::string all;
    for (std::size_t i = 0; i < many.size(); ++i) {
        all += "reload ";
    }
    EXPECT_EQ(one.after_all_of(many), all);
}

TEST(Signals, MayComeOnAnyThread) {
    obedience one(true);
    std::thread([] { ::pthread_kill(::pthread_self(), SIGHUP); }).join();
    EXPECT_EQ(one.after({SIGTERM}), "reload stop ");
}

TEST(Signals, AreNotObeyedAfterCancel) {
    net::event_loop context;
    service::signals signals(context.get_executor());
    std::raise(SIGHUP);
    signals.cancel();
    asio::co_spawn(context, signals.obey({[] { FAIL(); }, {}, {}, {}, {}}), asio::detached);
    context.run();
}

namespace {

std::atomic<int> handled{0};

void count(int /*number*/) {
    ++handled;
}

} // namespace

TEST(Signals, DoWhatTheyDidBeforeOnceNobodyObeys) {
    auto* const before = std::signal(SIGUSR1, count);
    EXPECT_EQ(obedience(true).after({SIGUSR1}), "show ");
    EXPECT_EQ(obedience(true).after({SIGUSR1}), "show ");
    EXPECT_EQ(handled, 0);
    std::raise(SIGUSR1);
    EXPECT_EQ(handled, 1);
    (void)std::signal(SIGUSR1, before);
}

} // namespace signals_test
