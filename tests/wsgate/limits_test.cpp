// Who waits too long, who guesses too much.
// SPDX-License-Identifier: EUPL-1.2
#include "net/limits/source_key.hpp"
#include "wsgate/access/failure_brake.hpp"
#include "wsgate/access/handshake_queue.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

namespace limits_test {

namespace {

using namespace std::chrono_literals;
using net::source_key;
using wsgate::failure_brake;
using wsgate::handshake_queue;
namespace asio = boost::asio;

source_key key(const char* address) {
    return net::key_of(asio::ip::make_address(address));
}

const failure_brake::time_point start{};

} // namespace

TEST(WaitingLine, DropsTheOldest) {
    handshake_queue line{wsgate::limit::handshakes};
    std::vector<int> dropped;
    std::vector<handshake_queue::place> places;
    for (int i = 0; i < 3; ++i) {
        places.push_back(line.join(3, [&dropped, i](wsgate::limit) { dropped.push_back(i); }));
    }
    EXPECT_EQ(dropped, std::vector<int>{});
    places.push_back(line.join(3, [&dropped](wsgate::limit) { dropped.push_back(3); }));
    EXPECT_EQ(dropped, std::vector<int>{0});
    places[1] = handshake_queue::place{}; // got what it wanted
    places.push_back(line.join(3, [&dropped](wsgate::limit) { dropped.push_back(4); }));
    EXPECT_EQ(dropped, std::vector<int>{0});
    places.push_back(line.join(3, [&dropped](wsgate::limit) { dropped.push_back(5); }));
    EXPECT_EQ(dropped, (std::vector<int>{0, 2})) << "nobody twice, nobody who has left";
    places.erase(places.begin()); // the first leaves at last
    EXPECT_EQ(line.size(), 3U);
    places.clear();
    EXPECT_EQ(line.size(), 0U);
}

TEST(FailureBrake, DelaysMoreAndMoreUpToALimit) {
    failure_brake brake;
    const auto who = key("192.0.2.1");
    std::vector<std::chrono::milliseconds> delays;
    for (int i = 0; i < 7; ++i) {
        delays.push_back(brake.failed(who, start));
    }
    EXPECT_EQ(delays, (std::vector<std::chrono::milliseconds>{100ms, 200ms, 400ms, 800ms, 1600ms,
                                                              3000ms, 3000ms}));
    EXPECT_EQ(brake.failed(key("192.0.2.2"), start), 100ms) << "each client for itself";
}

TEST(FailureBrake, ShutsOutAndForgives) {
    failure_brake brake;
    const auto who = key("192.0.2.1");
    for (int i = 0; i < 20; ++i) {
        EXPECT_EQ(brake.shut_out(who, start), std::nullopt) << i;
        (void)brake.failed(who, start);
    }
    EXPECT_EQ(brake.shut_out(who, start), 6s);
    EXPECT_EQ(brake.shut_out(who, start + 3s), 3s);
    EXPECT_EQ(brake.shut_out(who, start + 6s), std::nullopt) << "one try a pardon";
    EXPECT_EQ(brake.shut_out(key("192.0.2.2"), start), std::nullopt);
    for (int i = 0; i < 1000; ++i) {
        (void)brake.failed(who, start);
    }
    EXPECT_LE(*brake.shut_out(who, start), 126s) << "never for longer than two buckets";
    EXPECT_EQ(brake.failed(who, start + 1h), 100ms) << "forgotten";
}

TEST(FailureBrake, RemembersSoManyClientsOnly) {
    wsgate::brake_options options;
    options.rows = 2;
    options.burst = 1;
    failure_brake brake(options);
    const auto a = key("192.0.2.1");
    const auto b = key("192.0.2.2");
    (void)brake.failed(a, start);
    (void)brake.failed(b, start);
    (void)brake.failed(a, start);
    (void)brake.failed(key("192.0.2.3"), start);
    EXPECT_TRUE(brake.shut_out(a, start));
    EXPECT_FALSE(brake.shut_out(b, start)) << "had been silent longest";
    options.burst = 0;
    failure_brake off(options);
    (void)off.failed(a, start);
    EXPECT_FALSE(off.shut_out(a, start));
}

} // namespace limits_test
