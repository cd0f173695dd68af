// Mode I: who may be dialled, and that nobody else waits for it.
// SPDX-License-Identifier: EUPL-1.2
#include "repeater/dial.hpp"
#include "tests/repeater/running_server.hpp"
#include "tests/support/descriptors.hpp"

#include <gtest/gtest.h>

#include <future>
#include <sys/socket.h>

namespace dial_test {

namespace {

using namespace repeater;
using asio::ip::make_address;
using net::resolver;
using support::bytes_of;
using support::running_server;
using support::tcp_listener;

config allowing(const char* range) {
    auto c = support::loopback_config();
    c.mode1.allow = {parse_allow_rule(range).value()};
    return c;
}

std::string at(std::uint16_t port, const std::string& host = "127.0.0.1") {
    return host + "::" + std::to_string(port);
}

} // namespace

TEST(Dial, DialsWhatIsAllowedAndJoinsTheStreams) {
    tcp_listener far;
    running_server repeater(allowing("127.0.0.0/8:1-65535"));
    auto viewer = repeater.introduce(rfb::side::viewer, at(far.port()), "early");
    auto server = far.accept();
    EXPECT_EQ(server.receive(5), bytes_of("early"));
    server.send(bytes_of("RFB 003.008\n"));
    EXPECT_EQ(viewer.receive(12), bytes_of("RFB 003.008\n"));
    const auto pair = repeater.events.wait_for<event::paired>();
    EXPECT_EQ(to_string(pair.met), "127.0.0.1:" + std::to_string(far.port()));
}

TEST(Dial, TheDefaultPolicyRefusesLoopbackWithoutAByte) {
    tcp_listener far;
    running_server repeater;
    auto viewer = repeater.introduce(rfb::side::viewer, at(far.port()));
    EXPECT_TRUE(viewer.is_closed_by_peer());
    EXPECT_TRUE(far.is_quiet());
    EXPECT_EQ(repeater.events.wait_for<event::dial_refused>().why,
              event::dial_refused::reason::address);
}

TEST(Dial, NamesThatResolveToDeniedAddressesAreRefusedToo) {
    running_server repeater;
    for (const auto* name : {"localhost:5900", "127.1:5900", "2130706433:5900", "0x7f.1:5900"}) {
        auto viewer = repeater.introduce(rfb::side::viewer, name);
        EXPECT_TRUE(viewer.is_closed_by_peer()) << name;
    }
    EXPECT_EQ(repeater.events.wait_for<event::dial_refused>(4).why,
              event::dial_refused::reason::address);
}

TEST(Dial, ModeIOffRefusesAll) {
    auto c = support::loopback_config();
    c.mode1.mode = mode1::off;
    running_server repeater(c);
    auto viewer = repeater.introduce(rfb::side::viewer, "192.168.1.7:5900");
    EXPECT_TRUE(viewer.is_closed_by_peer());
    EXPECT_EQ(repeater.events.wait_for<event::dial_refused>().why,
              event::dial_refused::reason::mode1_off);
}

TEST(Dial, EveryAddressOfANameIsTried) {
    tcp_listener far("127.0.0.3");
    running_server repeater(allowing("127.0.0.0/8:1-65535"), [](const std::string& name) {
        EXPECT_EQ(name, "desk.example");
        return resolver::answer{{}, {make_address("127.0.0.2"), make_address("127.0.0.3")}};
    });
    auto viewer = repeater.introduce(rfb::side::viewer, at(far.port(), "desk.example"));
    auto server = far.accept();
    server.send(bytes_of("RFB 003.008\n"));
    EXPECT_EQ(viewer.receive(12), bytes_of("RFB 003.008\n"));
    EXPECT_EQ(repeater.events.wait_for<event::dial_attempt_failed>().to.address(),
              make_address("127.0.0.2"));
}

TEST(Dial, EveryAddressThatFailsIsToldAndItsSocketClosed) {
    // Nobody listens at the first, the second answers no SYN, since its queue is full.
    tcp_listener far("127.0.0.4");
    const tcp_listener mute("127.0.0.3", far.port());
    ASSERT_EQ(::listen(mute.native_handle(), 0), 0);
    const support::tcp_client first(far.port(), "127.0.0.3");
    auto c = allowing("127.0.0.0/8:1-65535");
    c.limits.connect = std::chrono::milliseconds(300);
    running_server repeater(c, [](const std::string& name) { // "2.example" has two addresses
        std::vector all{make_address("127.0.0.2"), make_address("127.0.0.3"),
                        make_address("127.0.0.4")};
        all.resize(static_cast<std::size_t>(name.front() - '0'));
        return resolver::answer{{}, std::move(all)};
    });
    const auto dial = [&](std::size_t n) {
        return repeater.introduce(rfb::side::viewer,
                                  at(far.port(), std::to_string(n) + ".example"));
    };
    std::size_t attempts = 0;
    for (const std::size_t n : {0U, 1U, 2U}) {
        const auto before = support::open_descriptors();
        EXPECT_TRUE(dial(n).is_closed_by_peer());
        attempts += n;
        (void)repeater.events.wait_for<event::dial_failed>(n + 1);
        EXPECT_EQ(repeater.events.count<event::dial_failed>(), n + 1);
        EXPECT_EQ(repeater.events.count<event::dial_attempt_failed>(), attempts);
        EXPECT_EQ(support::open_descriptors(), before) << n;
    }
    const auto last = repeater.events.wait_for<event::dial_attempt_failed>(attempts);
    EXPECT_EQ(last.error, asio::error::timed_out);
    auto viewer = dial(3);
    far.accept().send(bytes_of("RFB 003.008\n"));
    EXPECT_EQ(viewer.receive(12), bytes_of("RFB 003.008\n"));
}

TEST(Dial, DeniedAddressesOfAMixedAnswerAreSkipped) {
    tcp_listener denied("127.0.0.2");
    const tcp_listener allowed("127.0.0.3", denied.port());
    running_server repeater(allowing("127.0.0.3:1-65535"), [](const std::string&) {
        return resolver::answer{{}, {make_address("127.0.0.2"), make_address("127.0.0.3")}};
    });
    auto viewer = repeater.introduce(rfb::side::viewer, at(denied.port(), "mixed.example"));
    (void)repeater.events.wait_for<event::paired>();
    EXPECT_TRUE(denied.is_quiet());
}

TEST(Dial, ASlowNameDelaysNobody) {
    std::promise<void> answer;
    const auto answered = answer.get_future().share();
    running_server repeater(support::loopback_config(), [answered](const std::string&) {
        answered.wait();
        return resolver::answer{asio::error::host_not_found, {}};
    });
    std::vector<support::tcp_client> slow;
    for (int i = 0; i < 10; ++i) {
        slow.push_back(repeater.introduce(rfb::side::viewer, "slow.example:5900"));
    }
    (void)repeater.events.wait_for<event::dialling>(10);
    auto server = repeater.wait_as(rfb::side::server, "ID:1");
    auto viewer = repeater.introduce(rfb::side::viewer, "ID:1");
    server.send(bytes_of("hi"));
    EXPECT_EQ(viewer.receive(2), bytes_of("hi"));
    for (auto& each : slow) {
        EXPECT_TRUE(each.is_quiet());
    }
    answer.set_value();
    for (auto& each : slow) {
        EXPECT_TRUE(each.is_closed_by_peer());
    }
}

TEST(Dial, ANameThatIsNeverAnsweredIsGivenUp) {
    std::promise<void> never;
    const auto answered = never.get_future().share();
    auto c = support::loopback_config();
    c.limits.name_lookup = std::chrono::milliseconds(30);
    {
        running_server repeater(c, [answered](const std::string&) {
            answered.wait();
            return resolver::answer{};
        });
        auto viewer = repeater.introduce(rfb::side::viewer, "slow.example:5900");
        EXPECT_TRUE(viewer.is_closed_by_peer());
        EXPECT_EQ(repeater.events.wait_for<event::dial_failed>().error, asio::error::timed_out);
    } // the server ends although the look-up has not
    never.set_value();
}

TEST(Dial, NothingListensThere) {
    std::uint16_t port = 0;
    {
        const tcp_listener gone;
        port = gone.port();
    }
    running_server repeater(allowing("127.0.0.0/8:1-65535"));
    auto viewer = repeater.introduce(rfb::side::viewer, at(port));
    EXPECT_TRUE(viewer.is_closed_by_peer());
    EXPECT_EQ(repeater.events.wait_for<event::dial_attempt_failed>().error,
              asio::error::connection_refused);
}

// That a far end must speak RFB is shown by tests/e2e/mode1.py: the default policy dials no address
// of this machine.

TEST(Dial, RefusalsOfAllKindsWaitAsLong) {
    std::uint16_t closed = 0;
    {
        const tcp_listener gone;
        closed = gone.port();
    }
    auto c = allowing("127.0.0.1:1-65535");
    c.limits.refusal = std::chrono::milliseconds(200);
    c.source_limits.exempt.clear();
    c.source_limits.dialling = {1, std::chrono::hours(1), 5};
    running_server repeater(c, [](const std::string&) {
        return resolver::answer{asio::error::host_not_found, {}};
    });
    const auto request = [&](const std::string& destination) {
        auto viewer = repeater.introduce(rfb::side::viewer, destination);
        const auto asked = net::clock::now();
        EXPECT_TRUE(viewer.is_closed_by_peer()) << destination;
        EXPECT_GE(net::clock::now() - asked, std::chrono::milliseconds(150)) << destination;
    };
    for (const auto& each : {at(closed), at(closed, "127.0.0.2"), at(22, "8.8.8.8"),
                             at(5900, "no.example"), std::string{"host:70000"}, at(1, "a]b")}) {
        request(each);
    }
    request(at(closed)); // the last one of its rate
    request(at(closed));
    EXPECT_EQ(repeater.events.wait_for<event::limited>().what, limit::dial_rate);
}

TEST(Dial, MoreNamesThanMayWaitAreRefused) {
    std::promise<void> answer;
    const auto answered = answer.get_future().share();
    auto c = support::loopback_config();
    c.limits.lookups = {1, 1};
    running_server repeater(c, [answered](const std::string&) {
        answered.wait();
        return resolver::answer{asio::error::host_not_found, {}};
    });
    auto looked_up = repeater.introduce(rfb::side::viewer, "mute.example");
    auto waits = repeater.introduce(rfb::side::viewer, "mute.example");
    (void)repeater.events.wait_for<event::dialling>(2);
    auto refused = repeater.introduce(rfb::side::viewer, "mute.example");
    EXPECT_TRUE(refused.is_closed_by_peer());
    EXPECT_EQ(repeater.events.wait_for<event::limited>().what, limit::lookups);
    EXPECT_TRUE(looked_up.is_quiet());
    EXPECT_TRUE(waits.is_quiet());
    answer.set_value();
    EXPECT_TRUE(looked_up.is_closed_by_peer());
    EXPECT_TRUE(waits.is_closed_by_peer());
}

TEST(Dial, AViewerThatLeavesEndsTheDial) {
    std::promise<void> answer;
    const auto answered = answer.get_future().share();
    running_server repeater(support::loopback_config(), [answered](const std::string&) {
        answered.wait();
        return resolver::answer{};
    });
    auto viewer = repeater.introduce(rfb::side::viewer, "slow.example:5900");
    (void)repeater.events.wait_for<event::dialling>();
    viewer.close();
    EXPECT_EQ(repeater.events.wait_for<event::dial_failed>().error, asio::error::eof);
    answer.set_value();
}

TEST(Dial, AViewerThatLeavesWhileAddressesAreTriedIsToldOfOnce) {
    const tcp_listener mute;
    ASSERT_EQ(::listen(mute.native_handle(), 0), 0);
    const support::tcp_client first(mute.port());
    running_server repeater(allowing("127.0.0.0/8:1-65535"));
    const auto before = support::open_descriptors();
    auto viewer = repeater.introduce(rfb::side::viewer, at(mute.port()));
    (void)repeater.events.wait_for<event::dialling>();
    viewer.close();
    EXPECT_EQ(repeater.events.wait_for<event::dial_failed>().error, asio::error::eof);
    // Whoever comes next is served after all that the first one has left behind.
    auto next = repeater.introduce(rfb::side::viewer, "");
    EXPECT_TRUE(next.is_closed_by_peer());
    next.close();
    EXPECT_EQ(repeater.events.count<event::dial_failed>(), 1U);
    EXPECT_EQ(repeater.events.count<event::dial_attempt_failed>(), 0U);
    EXPECT_EQ(support::open_descriptors(), before);
}

TEST(Dial, EmptyAndImpossibleDestinationsAreRefusedWithoutALookUp) {
    running_server repeater(support::loopback_config(), [](const std::string& name) {
        ADD_FAILURE() << "looked up " << name;
        return resolver::answer{};
    });
    for (const auto* bad : {"", "   ", "host:70000", "a b:1", "host:x:1"}) {
        auto viewer = repeater.introduce(rfb::side::viewer, bad);
        EXPECT_TRUE(viewer.is_closed_by_peer()) << bad;
    }
}

} // namespace dial_test
