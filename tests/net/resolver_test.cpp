// Names beside the event loop: literals, many at once, callers and loops that do not wait.
// SPDX-License-Identifier: EUPL-1.2
#include "net/deadline.hpp"
#include "net/event_loop.hpp"
#include "net/resolver.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <optional>

namespace resolver_test {

namespace {

namespace asio = boost::asio;
using namespace asio::experimental::awaitable_operators;
using asio::ip::make_address;
using net::resolver;

constexpr auto at_once = net::lookup_limits{}.at_once;

asio::awaitable<void> ask(resolver& names, std::string name, resolver::answer& into) {
    into = co_await names.resolve(std::move(name));
}

asio::awaitable<void> ask_and_leave(resolver& names, bool& left) {
    const auto first =
        co_await (names.resolve("mute.example") || net::expire_after(std::chrono::milliseconds(1)));
    left = first.index() == 1;
}

/// A name server that says nothing until it is told to.
class mute_server {
public:
    mute_server() : spoken_(speak_.get_future().share()) {}

    mute_server(const mute_server&) = delete;
    mute_server& operator=(const mute_server&) = delete;

    ~mute_server() { speak(); }

    [[nodiscard]] resolver::lookup lookup() {
        return [this, spoken = spoken_](const std::string&) {
            ++asked;
            spoken.wait();
            return resolver::answer{{}, {make_address("192.0.2.7")}};
        };
    }

    void speak() {
        if (!std::exchange(said_, true)) {
            speak_.set_value();
        }
    }

    std::atomic<std::size_t> asked = 0;

private:
    std::promise<void> speak_;
    std::shared_future<void> spoken_;
    bool said_ = false;
};

} // namespace

TEST(Resolver, AnswersLiteralsItself) {
    net::event_loop context;
    resolver names(context.get_executor(), [](const std::string& name) {
        ADD_FAILURE() << "looked up " << name;
        return resolver::answer{};
    });
    resolver::answer got;
    asio::co_spawn(context, ask(names, "2001:db8::7", got), net::rethrow);
    context.run();
    EXPECT_FALSE(got.error);
    EXPECT_EQ(got.addresses, std::vector{make_address("2001:db8::7")});
}

TEST(Resolver, AsksTheSystem) {
    net::event_loop context;
    resolver names(context.get_executor());
    resolver::answer here;
    resolver::answer nowhere;
    asio::co_spawn(context, ask(names, "localhost", here), net::rethrow);
    asio::co_spawn(context, ask(names, "no such name", nowhere), net::rethrow);
    context.run();
    ASSERT_FALSE(here.addresses.empty());
    EXPECT_TRUE(here.addresses.front().is_loopback());
    EXPECT_EQ(nowhere.error, asio::error::host_not_found) << nowhere.error.message();
    EXPECT_TRUE(nowhere.addresses.empty());
}

TEST(Resolver, LetsThoseWaitWhoAreTooMany) {
    constexpr auto all = at_once + 10;
    mute_server mute;
    net::event_loop context;
    resolver names(context.get_executor(), mute.lookup());
    std::vector<resolver::answer> got(all);
    for (auto& each : got) {
        asio::co_spawn(context, ask(names, "mute.example", each), net::rethrow);
    }
    while (mute.asked < at_once) {
        context.poll();
    }
    context.run_for(std::chrono::milliseconds(20));
    EXPECT_EQ(mute.asked, at_once);
    mute.speak();
    context.run();
    EXPECT_EQ(mute.asked, all);
    for (const auto& each : got) {
        EXPECT_EQ(each.addresses, std::vector{make_address("192.0.2.7")});
    }
}

TEST(Resolver, RefusesWhoIsTooMuchEvenToWait) {
    constexpr std::size_t taken = 3 + 2;
    mute_server mute;
    net::event_loop context;
    resolver names(context.get_executor(), mute.lookup(), resolver::turns::own);
    names.set({3, 2});
    std::vector<resolver::answer> got(taken + 2);
    for (auto& each : got) {
        asio::co_spawn(context, ask(names, "mute.example", each), net::rethrow);
    }
    while (mute.asked < 3) {
        context.poll();
    }
    context.run_for(std::chrono::milliseconds(20));
    EXPECT_EQ(mute.asked, 3U);
    for (std::size_t i = 0; i < got.size(); ++i) {
        EXPECT_EQ(got[i].error, i < taken ? net::error_code{} : net::too_many_lookups()) << i;
    }
    mute.speak();
    context.run();
    EXPECT_EQ(mute.asked, taken);
    resolver::answer later;
    asio::co_spawn(context, ask(names, "mute.example", later), net::rethrow);
    context.run();
    EXPECT_FALSE(later.error) << "there is room again";
}

TEST(Resolver, OneWithTurnsOfItsOwnWaitsForNoOther) {
    mute_server mute;
    net::event_loop context;
    resolver names(context.get_executor(), mute.lookup());
    std::vector<resolver::answer> waiting(at_once);
    for (auto& each : waiting) {
        asio::co_spawn(context, ask(names, "mute.example", each), net::rethrow);
    }
    while (mute.asked < at_once) {
        context.poll();
    }
    net::event_loop other_context;
    resolver other(other_context.get_executor(), resolver::system_lookup, resolver::turns::own);
    resolver::answer got;
    asio::co_spawn(other_context, ask(other, "localhost", got), net::rethrow);
    other_context.run();
    EXPECT_FALSE(got.addresses.empty());
    mute.speak();
    context.run();
}

TEST(Resolver, DoesNotLookUpForWhoHasLeft) {
    mute_server mute;
    net::event_loop context;
    resolver names(context.get_executor(), mute.lookup());
    std::vector<resolver::answer> first(at_once);
    for (auto& each : first) {
        asio::co_spawn(context, ask(names, "mute.example", each), net::rethrow);
    }
    while (mute.asked < at_once) {
        context.poll();
    }
    bool left = false;
    asio::co_spawn(context, ask_and_leave(names, left), net::rethrow);
    while (!left) {
        context.run_for(std::chrono::milliseconds(1));
    }
    mute.speak();
    context.run();
    EXPECT_EQ(mute.asked, at_once);
}

TEST(Resolver, EndsWithItsLoopWhileNamesAreLookedUp) {
    std::promise<void> answered;
    mute_server mute;
    resolver::answer got;
    {
        net::event_loop context;
        resolver names(context.get_executor(),
                       [look_up = mute.lookup(), &answered](const std::string& name) {
                           auto found = look_up(name);
                           answered.set_value();
                           return found;
                       });
        asio::co_spawn(context, ask(names, "mute.example", got), net::rethrow);
        while (mute.asked == 0) {
            context.poll();
        }
    } // nobody waits for the thread
    mute.speak();
    answered.get_future().wait();
    EXPECT_TRUE(got.addresses.empty());
}

} // namespace resolver_test
