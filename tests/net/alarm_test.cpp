// An alarm rings once, in time, and never for somebody who has gone.
// SPDX-License-Identifier: EUPL-1.2
#include "net/alarm.hpp"
#include "net/event_loop.hpp"

#include <boost/asio/post.hpp>
#include <gtest/gtest.h>

#include <optional>

namespace alarm_test {

using namespace std::chrono_literals;

struct ringing {
    net::event_loop context;
    int rings = 0;
    std::optional<net::alarm> alarm;

    void set(net::clock::time_point when) {
        alarm.emplace(context.get_executor(), when, [this] { ++rings; });
    }
};

TEST(Alarm, RingsOnce) {
    ringing r;
    r.set(net::clock::now());
    EXPECT_FALSE(r.alarm->rang());
    r.context.run_for(10s);
    EXPECT_EQ(r.rings, 1);
    EXPECT_TRUE(r.alarm->rang());
}

TEST(Alarm, IsSilentOnceItHasGone) {
    ringing r;
    r.set(net::clock::now() + 1h);
    r.alarm.reset();
    r.context.run_for(10s); // returns at once: nothing is left to wait for
    EXPECT_TRUE(r.context.is_done());
    EXPECT_EQ(r.rings, 0);
}

TEST(Alarm, IsSilentWhereItsTimeHadComeAlready) {
    ringing r;
    r.set(net::clock::time_point::min());
    boost::asio::post(r.context, [&r] { r.alarm.reset(); });
    r.context.run_for(10s);
    EXPECT_EQ(r.rings, 0);
}

} // namespace alarm_test
