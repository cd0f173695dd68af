// What runs on an event loop: when, in which order, for how long, and what becomes of the rest.
// SPDX-License-Identifier: EUPL-1.2
#include "net/deadline.hpp"
#include "net/event_loop.hpp"
#include "net/wake_up.hpp"
#include "tests/support/allocation_counter.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/execution/outstanding_work.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace event_loop_test {

namespace {

using namespace std::chrono_literals;
using namespace boost::asio::experimental::awaitable_operators;
namespace asio = boost::asio;
using net::error_code;

[[nodiscard]] asio::any_io_executor work_on(net::event_loop& loop) {
    return asio::require(loop.get_executor(), asio::execution::outstanding_work.tracked);
}

/// Counts coroutines that have gone.
struct counted {
    explicit counted(int& n) : gone(n) {}

    counted(const counted&) = delete;
    counted& operator=(const counted&) = delete;

    ~counted() { ++gone; }

    int& gone;
};

asio::awaitable<void> wait_for(net::waiter& w, std::optional<error_code>& result) {
    const auto [ec] = co_await w.wait();
    result = ec;
}

asio::awaitable<void> wait_for_ever(int& gone) {
    const counted mine(gone);
    net::waiter here(co_await asio::this_coro::executor);
    (void)co_await here.wait();
}

asio::awaitable<void> leave_after(net::wake_up& w, net::clock::duration limit, std::size_t& first) {
    first = (co_await (w.wait() || net::expire_after(limit))).index();
}

asio::awaitable<void> sleep(net::clock::duration d) {
    co_await net::expire_after(d);
}

/// What its destructor does where the loop is being destroyed.
struct last_words {
    net::event_loop& loop;
    net::waiter& other;

    ~last_words() {
        other.wake();
        asio::post(loop, [] { FAIL() << "the loop has ended"; });
    }
};

asio::awaitable<void> wait_and_speak(net::event_loop& loop, net::waiter& other, int& gone) {
    const counted mine(gone);
    const last_words at_the_end{loop, other};
    net::waiter here(loop.get_executor());
    (void)co_await here.wait();
}

asio::awaitable<void> wait_once(net::waiter& w, int& gone) {
    const counted mine(gone);
    (void)co_await w.wait();
}

} // namespace

TEST(EventLoop, RunsWhatIsPostedInOrder) {
    net::event_loop loop;
    std::vector<int> ran;
    for (int i = 0; i < 4; ++i) {
        asio::post(loop, [&, i] { ran.push_back(i); });
    }
    EXPECT_FALSE(loop.is_done());
    EXPECT_EQ(loop.run(), 4U);
    EXPECT_TRUE(loop.is_done());
    EXPECT_EQ(ran, (std::vector{0, 1, 2, 3}));
    EXPECT_EQ(loop.run(), 0U);
}

TEST(EventLoop, RunsInPlaceWhatIsDispatchedAndLaterWhatIsPosted) {
    net::event_loop loop;
    std::string order;
    asio::post(loop, [&] {
        asio::post(loop, [&] { order += "posted "; });
        asio::dispatch(loop.get_executor(), [&] { order += "dispatched "; });
        order += "here ";
    });
    asio::dispatch(loop.get_executor(), [&] { order += "from outside "; });
    EXPECT_EQ(order, "");
    loop.run();
    EXPECT_EQ(order, "dispatched here from outside posted ");
}

TEST(EventLoop, ManyThreadsMayPostAtATime) {
    constexpr std::size_t threads = 8;
    constexpr int posts = 5000;
    net::event_loop loop;
    std::array<int, threads> next{};
    int out_of_order = 0;
    std::vector<std::thread> all;
    for (std::size_t t = 0; t < threads; ++t) {
        all.emplace_back([&, t, executor = work_on(loop)] {
            for (int i = 0; i < posts; ++i) {
                asio::post(executor, [&, t, i] { out_of_order += next.at(t)++ == i ? 0 : 1; });
            }
        });
    }
    loop.run(); // ends once no thread holds its executor
    for (auto& each : all) {
        each.join();
    }
    loop.run(); // a thread's last executor may have gone before it began
    EXPECT_EQ(out_of_order, 0);
    for (const int each : next) {
        EXPECT_EQ(each, posts);
    }
}

TEST(EventLoop, NoPostIsSleptThrough) {
    net::event_loop loop;
    int answers = 0;
    std::thread other([&, work = work_on(loop)] {
        for (int i = 0; i < 5000; ++i) {
            std::promise<void> answered;
            asio::post(work, [&] {
                ++answers;
                answered.set_value();
            });
            answered.get_future().wait();
        }
    });
    loop.run();
    other.join();
    EXPECT_EQ(answers, 5000);
}

TEST(EventLoop, RunsAsLongAsSomebodyHoldsATrackedExecutor) {
    net::event_loop loop;
    auto first = work_on(loop);
    auto second = first;
    const asio::any_io_executor untracked = loop.get_executor();
    auto moved = std::move(first);
    second = untracked;
    EXPECT_FALSE(loop.is_done());
    loop.run_for(1ms);
    EXPECT_FALSE(loop.is_done());
    std::thread other([&] {
        std::this_thread::sleep_for(5ms);
        moved = {};
    });
    loop.run();
    EXPECT_TRUE(loop.is_done());
    other.join();
}

TEST(EventLoop, StopsAndBeginsAnew) {
    net::event_loop loop;
    const auto work = work_on(loop);
    std::string ran;
    std::promise<void> has_begun_anew;
    asio::post(loop, [&] {
        ran += "first ";
        asio::post(loop, [&] {
            ran += "second ";
            has_begun_anew.set_value();
        });
        loop.stop();
    });
    loop.run();
    EXPECT_EQ(ran, "first ");
    std::thread other([&] {
        has_begun_anew.get_future().wait();
        loop.stop();
    });
    loop.run();
    other.join();
    EXPECT_EQ(ran, "first second ");
}

TEST(EventLoop, PollRunsWhatItCanAndDoesNotWait) {
    net::event_loop loop;
    const auto work = work_on(loop);
    int ran = 0;
    net::timer due(loop.get_executor(), [&] { ++ran; });
    net::timer late(loop.get_executor(), [&] { ADD_FAILURE(); });
    due.set(net::clock::now());
    late.set(net::clock::now() + 1h);
    asio::post(loop, [&] {
        ++ran;
        asio::post(loop, [&] { ++ran; });
    });
    EXPECT_GE(loop.poll(), 3U);
    EXPECT_EQ(ran, 3);
    EXPECT_EQ(loop.poll(), 0U);
}

TEST(EventLoop, RunForEndsInTimeOrWhenNothingIsLeft) {
    net::event_loop loop;
    int gone = 0;
    asio::co_spawn(loop, sleep(1ms), net::rethrow);
    loop.run_for(1h);
    asio::co_spawn(loop, wait_for_ever(gone), net::rethrow);
    const auto begin = net::clock::now();
    loop.run_for(10ms);
    EXPECT_GE(net::clock::now(), begin + 10ms);
    EXPECT_EQ(gone, 0);
}

TEST(EventLoop, SaysTheTimeOfTheRound) {
    net::event_loop loop;
    asio::post(loop, [&] {
        const auto first = loop.now();
        std::this_thread::sleep_for(1ms);
        EXPECT_EQ(loop.now(), first);
    });
    loop.run();
    const auto outside = loop.now();
    std::this_thread::sleep_for(1ms);
    EXPECT_GT(loop.now(), outside);
}

TEST(EventLoop, MayRunWithinAnother) {
    net::event_loop outer;
    net::event_loop inner;
    EXPECT_EQ(&net::event_loop::of(inner.get_executor()), &inner);
    std::string order;
    asio::post(inner, [&] {
        asio::dispatch(outer.get_executor(), [&] { order += "later "; });
        order += "inner ";
    });
    asio::post(outer, [&] {
        inner.run();
        asio::dispatch(outer.get_executor(), [&] { order += "in place "; });
    });
    outer.run();
    EXPECT_EQ(order, "inner in place later ");
}

TEST(Timer, RingsInOrderAndAsItWasSetLast) {
    net::event_loop loop;
    const auto work = work_on(loop);
    const auto now = net::clock::now();
    std::string rang;
    net::timer a(loop.get_executor(), [&] { rang += 'a'; });
    net::timer b(loop.get_executor(), [&] { rang += 'b'; });
    net::timer c(loop.get_executor(), [&] { rang += 'c'; });
    net::timer cleared(loop.get_executor(), [&] { rang += '!'; });
    net::timer last(loop.get_executor(), [&] { loop.stop(); });
    a.set(now + 1ms);
    b.set(now + 1h);
    b.set(now + 2ms);
    c.set(now + 1ms);
    c.set(now + 3ms);
    cleared.set(now + 1ms);
    cleared.set(net::timer::never);
    last.set(now + 4ms);
    {
        net::timer gone(loop.get_executor(), [&] { rang += '?'; });
        gone.set(now + 1ms);
    }
    EXPECT_EQ(c.when(), now + 3ms);
    loop.run();
    EXPECT_EQ(rang, "abc");
    EXPECT_EQ(c.when(), net::timer::never);
    EXPECT_GE(net::clock::now(), now + 4ms);
}

TEST(Timer, MaySetItselfAndOthersWhenItRings) {
    net::event_loop loop;
    const auto work = work_on(loop);
    const auto now = net::clock::now();
    int rings = 0;
    net::timer other(loop.get_executor(), [] { FAIL() << "it was cleared"; });
    net::timer chain(loop.get_executor(), [&] {
        other.set(net::timer::never);
        if (++rings < 3) {
            chain.set(now);
        } else {
            loop.stop();
        }
    });
    chain.set(now - 1ms);
    other.set(now);
    loop.run();
    EXPECT_EQ(rings, 3);
}

TEST(Timer, IsSetAndRingsWithoutAnAllocation) {
    net::event_loop loop;
    const auto work = work_on(loop);
    int rang = 0;
    net::timer one(work, [&rang] { ++rang; });
    net::timer other(work, [&rang] { ++rang; });
    const auto before = support::own_allocations().made;
    for (int i = 0; i < 3; ++i) {
        one.set(net::clock::now() + 1h);
        other.set(net::clock::now());
        one.set(net::clock::now());
        loop.poll();
    }
    EXPECT_EQ(support::own_allocations().made, before);
    EXPECT_EQ(rang, 6);
}

TEST(Timer, AloneKeepsNothingRunning) {
    net::event_loop loop;
    net::timer late(loop.get_executor(), [] { FAIL(); });
    late.set(net::clock::now() + 1h);
    EXPECT_EQ(loop.run(), 0U);
}

TEST(Waiter, CompletesWithWhatItWasWokenWith) {
    net::event_loop loop;
    net::waiter w(loop.get_executor());
    std::optional<error_code> result;
    w.wake(); // nobody waits: it is not remembered
    asio::co_spawn(loop, wait_for(w, result), net::rethrow);
    loop.poll();
    EXPECT_TRUE(w.is_waiting());
    EXPECT_EQ(result, std::nullopt);
    w.wake(asio::error::eof);
    w.wake();
    EXPECT_FALSE(w.is_waiting());
    EXPECT_EQ(result, std::nullopt) << "the coroutine goes on in a turn of its own";
    loop.run();
    EXPECT_EQ(result, error_code{asio::error::eof});
}

TEST(Waiter, ResumesAtOnceWhereThatIsWished) {
    net::event_loop loop;
    net::waiter w(loop.get_executor());
    std::optional<error_code> result;
    asio::co_spawn(loop, wait_for(w, result), net::rethrow);
    loop.poll();
    asio::post(loop, [&] {
        w.resume();
        EXPECT_EQ(result, error_code{});
    });
    loop.run();
}

TEST(Waiter, EndsItsWaitWhenItGoes) {
    net::event_loop loop;
    auto w = std::make_unique<net::waiter>(loop.get_executor());
    std::optional<error_code> result;
    asio::co_spawn(loop, wait_for(*w, result), net::rethrow);
    loop.poll();
    w.reset();
    loop.run();
    EXPECT_EQ(result, error_code{asio::error::operation_aborted});
}

TEST(Waiter, IsCancelledOnceAndNotAfterItWasWoken) {
    net::event_loop loop;
    net::waiter w(loop.get_executor());
    asio::cancellation_signal signal;
    std::optional<error_code> result;
    const auto begin = [&] {
        asio::co_spawn(loop, wait_for(w, result),
                       asio::bind_cancellation_slot(signal.slot(), net::rethrow));
        loop.poll();
    };
    begin();
    asio::post(loop, [&] {
        signal.emit(asio::cancellation_type::terminal);
        signal.emit(asio::cancellation_type::terminal);
        w.wake();
    });
    loop.run();
    EXPECT_EQ(result, error_code{asio::error::operation_aborted});

    begin();
    asio::post(loop, [&] {
        w.wake();
        signal.emit(asio::cancellation_type::terminal);
    });
    loop.run();
    EXPECT_EQ(result, error_code{});
}

TEST(Waiter, LosesARaceAndMayBeUsedAgain) {
    net::event_loop loop;
    net::wake_up changed(loop.get_executor());
    std::size_t first = 2;
    asio::co_spawn(loop, leave_after(changed, 1ms, first), net::rethrow);
    loop.run();
    EXPECT_EQ(first, 1U);
    asio::co_spawn(loop, leave_after(changed, 1h, first), net::rethrow);
    loop.poll();
    changed.notify();
    loop.run(); // the timer that lost keeps nothing running
    EXPECT_EQ(first, 0U);
}

TEST(EventLoop, DestroysCoroutinesThatStillWait) {
    int gone = 0;
    {
        net::event_loop loop;
        for (int i = 0; i < 3; ++i) {
            asio::co_spawn(loop, wait_for_ever(gone), net::rethrow);
        }
        asio::co_spawn(loop, sleep(1h), net::rethrow);
        loop.poll();
        asio::co_spawn(loop, wait_for_ever(gone), net::rethrow); // has not begun
        asio::post(loop, [mine = std::make_shared<counted>(gone)] { FAIL(); });
    }
    EXPECT_EQ(gone, 4);
}

TEST(EventLoop, DestroysThoseThatWakeOthersOrPostWhenTheyGo) {
    int gone = 0;
    {
        net::event_loop loop;
        net::waiter first(loop.get_executor());
        net::waiter second(loop.get_executor());
        asio::co_spawn(loop, wait_once(first, gone), net::rethrow);
        asio::co_spawn(loop, wait_and_speak(loop, second, gone), net::rethrow);
        asio::co_spawn(loop, wait_and_speak(loop, first, gone), net::rethrow);
        asio::co_spawn(loop, wait_once(second, gone), net::rethrow);
        loop.poll();
        second.wake();
        // The waiters go before the loop, as members of what uses it do.
    }
    EXPECT_EQ(gone, 4);
}

TEST(EventLoop, DestroysWhatOtherThreadsHavePosted) {
    int gone = 0;
    {
        net::event_loop loop;
        std::thread([&] {
            asio::post(loop, [mine = std::make_shared<counted>(gone)] { FAIL(); });
        }).join();
    }
    EXPECT_EQ(gone, 1);
}

} // namespace event_loop_test
