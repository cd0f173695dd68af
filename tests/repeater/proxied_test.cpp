// Connections that a proxy passes on: their header, whom it names, and what happens without one.
// SPDX-License-Identifier: EUPL-1.2
#include "net/proxy/reader.hpp"
#include "net/text/address_range.hpp"
#include "repeater/server.hpp"
#include "tests/repeater/running_server.hpp"

#include <boost/asio/error.hpp>
#include <gtest/gtest.h>

namespace proxied_test {

namespace {

using namespace repeater;
using boost::asio::ip::make_address;
using net::proxy_header;
using net::proxy_version;
using support::bytes;
using support::bytes_of;
using support::joined;
using support::padded;
using support::running_server;
using support::tcp_client;
using enum rfb::side;

config behind_proxy(const char* network = "127.0.0.0/8") {
    auto c = support::loopback_config();
    c.source_limits.connecting = {}; // all of these come from one source
    c.proxy_from = {*net::parse_address_range(network)};
    return c;
}

proxy_header from(const char* address, std::uint16_t port, std::string id = "") {
    return {proxy_header::endpoints{{make_address(address), port}, {make_address("::1"), 5900}},
            std::move(id),
            {}};
}

bytes header(const proxy_header& h, proxy_version version = proxy_version::v2) {
    return net::format_proxy_header(h, version);
}

std::string peer_of(const peer_name& name) {
    return net::to_string(name.address);
}

} // namespace

TEST(Proxied, TheClientOfTheHeaderIsThePeer) {
    running_server repeater(behind_proxy());
    auto server = repeater.connect(rfb::side::server);
    server.send(joined({header(from("192.0.2.7", 4711), proxy_version::v1), padded("ID:1", 250),
                        bytes_of("RFB 003.008\n")}));
    const auto waits = repeater.events.wait_for<event::waiting>();
    EXPECT_EQ(peer_of(waits.peer), "192.0.2.7:4711");
    EXPECT_EQ(waits.peer.request_id, "");

    auto viewer = repeater.connect(rfb::side::viewer);
    viewer.send(joined({header(from("2001:db8::9", 99, "a1-b2")), padded("ID:1", 250)}));
    running_server::expect_greeting(viewer);
    EXPECT_EQ(viewer.receive(12), bytes_of("RFB 003.008\n"));
    const auto paired = repeater.events.wait_for<event::paired>();
    EXPECT_EQ(peer_of(paired.first), "[2001:db8::9]:99");
    EXPECT_EQ(paired.first.request_id, "a1-b2");
    EXPECT_EQ(peer_of(paired.second), "192.0.2.7:4711");

    const auto arrived = repeater.events.wait_for<event::arrived>(2);
    EXPECT_EQ(peer_of(arrived.peer), "[2001:db8::9]:99");
    ASSERT_TRUE(arrived.proxy);
    EXPECT_EQ(arrived.proxy->address(), make_address("127.0.0.1"));
}

TEST(Proxied, TheGreetingComesBehindTheHeader) {
    running_server repeater(behind_proxy());
    auto viewer = repeater.connect(rfb::side::viewer);
    const auto all = header(from("192.0.2.7", 1));
    const auto sent = std::span<const std::byte>(all);
    viewer.send(sent.first(sent.size() - 1));
    viewer.wait_until_delivered();
    // A newcomer that is served behind it shows that the repeater has been here, and kept silent.
    auto other = repeater.connect(rfb::side::viewer);
    other.send(header({}));
    running_server::expect_greeting(other);
    EXPECT_TRUE(viewer.is_quiet());
    viewer.send(sent.last(1));
    running_server::expect_greeting(viewer);
}

TEST(Proxied, EveryCutOfTheFirstWriteGivesTheSameStream) {
    running_server repeater(behind_proxy());
    const auto first_write = joined(
        {header(from("192.0.2.7", 4711, "id")), padded("ID:cut", 250), bytes_of("early bytes")});
    const auto all = std::span<const std::byte>(first_write);
    for (std::size_t cut = 1; cut < all.size(); ++cut) {
        SCOPED_TRACE(cut);
        auto server = repeater.connect(rfb::side::server);
        server.send(all.first(cut));
        server.wait_until_delivered();
        server.send(all.subspan(cut));
        EXPECT_EQ(peer_of(repeater.events.wait_for<event::waiting>(cut).peer), "192.0.2.7:4711");
        auto viewer = repeater.connect(rfb::side::viewer);
        viewer.send(joined({header({}), padded("ID:cut", 250)}));
        running_server::expect_greeting(viewer);
        ASSERT_EQ(viewer.receive(11), bytes_of("early bytes"));
    }
}

TEST(Proxied, WithoutAClientThePeerIsTheProxy) {
    running_server repeater(behind_proxy());
    std::size_t n = 0;
    for (const auto& sent :
         {header({}, proxy_version::v1), header({}), header({{}, "its-id", {}})}) {
        auto server = repeater.connect(rfb::side::server);
        server.send(joined({sent, padded("ID:" + std::to_string(n), 250)}));
        const auto waits = repeater.events.wait_for<event::waiting>(++n);
        EXPECT_EQ(waits.peer.address.address(), make_address("127.0.0.1"));
        EXPECT_EQ(waits.peer.request_id, n == 3 ? "its-id" : "");
    }
}

TEST(Proxied, WithoutAHeaderTheConnectionIsClosedUnheard) {
    running_server repeater(behind_proxy());
    for (const auto side : {rfb::side::viewer, rfb::side::server}) {
        auto peer = repeater.connect(side);
        peer.send(bytes_of("I")); // of "ID:1"
        EXPECT_TRUE(peer.is_closed_by_peer());
    }
    auto gone = repeater.connect(rfb::side::viewer);
    gone.send(bytes_of("PROXY "));
    gone.finish_sending();
    EXPECT_TRUE(gone.is_closed_by_peer());
    const auto failed = repeater.events.wait_for<event::proxy_header_failed>();
    EXPECT_EQ(failed.proxy.address.address(), make_address("127.0.0.1"));
    EXPECT_EQ(failed.error, net::proxy_error::no_header);
    EXPECT_EQ(repeater.events.wait_for<event::proxy_header_failed>(3).error, asio::error::eof);
    EXPECT_EQ(repeater.events.count<event::arrived>(), 0U);
}

TEST(Proxied, AHealthCheckOfTheProxyIsOnlyCounted) {
    running_server repeater(behind_proxy());
    for (int i = 0; i < 3; ++i) {
        repeater.connect(rfb::side::server).close();
    }
    (void)repeater.events.wait_for<event::probed>();
    auto viewer = repeater.connect(rfb::side::viewer);
    viewer.send(joined({header(from("192.0.2.7", 4711)), padded("ID:1", 250)}));
    (void)repeater.events.wait_for<event::waiting>();
    EXPECT_EQ(repeater.events.count<event::probed>(), 1U);
    EXPECT_EQ(repeater.events.count<event::proxy_header_failed>(), 0U);
}

TEST(Proxied, AHeaderHasItsTime) {
    auto c = behind_proxy();
    c.limits.proxy_header = std::chrono::milliseconds(30);
    running_server repeater(c);
    auto viewer = repeater.connect(rfb::side::viewer);
    viewer.send(bytes_of("PROXY TCP4 "));
    EXPECT_EQ(repeater.events.wait_for<event::proxy_header_failed>().error, asio::error::timed_out);
}

TEST(Proxied, FromAnybodyElseAHeaderIsABadHandshake) {
    running_server repeater(behind_proxy("10.0.0.0/8"));
    auto viewer = repeater.connect(rfb::side::viewer);
    running_server::expect_greeting(viewer);
    const auto line = support::text_of(header(from("192.0.2.7", 1), proxy_version::v1));
    viewer.send(padded(line + "ID:1", 250));
    EXPECT_TRUE(viewer.is_closed_by_peer());
    const auto failed = repeater.events.wait_for<event::introduction_failed>();
    EXPECT_EQ(failed.peer.address.address(), make_address("127.0.0.1"));
    EXPECT_EQ(failed.why, event::introduction_failed::reason::not_understood);
}

TEST(Proxied, AReloadChangesWhoIsAProxy) {
    running_server repeater(support::loopback_config());
    (void)repeater.wait_as(rfb::side::server, "ID:1");
    repeater.configure(behind_proxy());
    auto server = repeater.connect(rfb::side::server);
    server.send(joined({header(from("192.0.2.7", 4711)), padded("ID:2", 250)}));
    EXPECT_EQ(peer_of(repeater.events.wait_for<event::waiting>(2).peer), "192.0.2.7:4711");
}

TEST(Proxied, AStopEndsWhoeverStillOwesAHeader) {
    running_server repeater(behind_proxy());
    auto viewer = repeater.connect(rfb::side::viewer);
    auto other = repeater.connect(rfb::side::viewer);
    other.send(header({}));
    running_server::expect_greeting(other); // both have been accepted
    repeater.stop();
    repeater.join();
    EXPECT_TRUE(viewer.is_closed_by_peer());
    EXPECT_EQ(repeater.events.count<event::proxy_header_failed>(), 0U);
}

} // namespace proxied_test
