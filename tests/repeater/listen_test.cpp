// Where the repeater listens beside its two ports: Unix sockets, whose peers have no address of
// their own, and further addresses.
// SPDX-License-Identifier: EUPL-1.2
#include "net/proxy/reader.hpp"
#include "repeater/server.hpp"
#include "tests/repeater/running_server.hpp"
#include "tests/support/scratch_directory.hpp"
#include "tests/support/unix_socket.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <sys/stat.h>

namespace listen_test {

namespace {

using namespace repeater;
using boost::asio::ip::make_address;
using net::proxy_header;
using support::bytes;
using support::bytes_of;
using support::joined;
using support::padded;
using support::running_server;
using support::tcp_client;
using testing::HasSubstr;
namespace fs = std::filesystem;

/// From a client, or from nobody that the proxy could name.
bytes header(const char* client = nullptr) {
    proxy_header h;
    if (client != nullptr) {
        h.addresses = {{make_address(client), 4711}, {make_address("192.0.2.1"), 5900}};
    }
    return net::format_proxy_header(h, net::proxy_version::v2);
}

class Listen : public testing::Test {
protected:
    Listen() {
        conf.listen = {{rfb::side::viewer, {}, path(rfb::side::viewer)},
                       {rfb::side::server, {}, path(rfb::side::server)}};
    }

    [[nodiscard]] std::string path(rfb::side side) const {
        return (directory.path() / to_string(side)).string();
    }

    [[nodiscard]] tcp_client connect(rfb::side side) const {
        return tcp_client{support::connect_unix(path(side))};
    }

    /// Somebody who has said hello by a Unix socket; a viewer has got its greeting.
    [[nodiscard]] tcp_client introduce(rfb::side side, const bytes& said_before,
                                       std::string_view early = "") const {
        auto peer = connect(side);
        peer.send(joined({said_before, padded("ID:1", 250), bytes_of(early)}));
        if (side == rfb::side::viewer) {
            running_server::expect_greeting(peer);
        }
        return peer;
    }

    /// Empty where the server could be made.
    [[nodiscard]] std::string refusal() const {
        try {
            const running_server repeater(conf);
            return {};
        } catch (const std::runtime_error& e) {
            return e.what();
        }
    }

    support::scratch_directory directory;
    config conf = support::loopback_config();
};

/// `size` bytes go from one peer to the other while the other sends as much.
void expect_bulk(tcp_client& a, tcp_client& b, std::size_t size) {
    bytes sent(size);
    for (std::size_t i = 0; i < size; ++i) {
        sent[i] = static_cast<std::byte>(i * 7 + i / 251);
    }
    std::thread from_a([&] { a.send(sent); });
    std::thread from_b([&] { b.send(sent); });
    std::thread to_a([&] { EXPECT_TRUE(a.receive(size) == sent); });
    EXPECT_TRUE(b.receive(size) == sent);
    from_a.join();
    from_b.join();
    to_a.join();
}

} // namespace

TEST_F(Listen, AtAUnixSocketThePeerIsWhomTheHeaderNames) {
    running_server repeater(conf);
    const auto server = introduce(rfb::side::server, header("192.0.2.7"), "RFB 003.008\n");
    const auto waits = repeater.events.wait_for<event::waiting>();
    EXPECT_EQ(net::name_of(waits.peer.address), "192.0.2.7:4711");

    auto viewer = introduce(rfb::side::viewer, header("2001:db8::9"));
    EXPECT_EQ(viewer.receive(12), bytes_of("RFB 003.008\n"));
    const auto paired = repeater.events.wait_for<event::paired>();
    EXPECT_EQ(net::name_of(paired.first.address), "[2001:db8::9]:4711");
    const auto arrived = repeater.events.wait_for<event::arrived>(2);
    ASSERT_TRUE(arrived.proxy);
    EXPECT_EQ(net::name_of(*arrived.proxy), "unix");
}

TEST_F(Listen, WithoutAClientInTheHeaderThePeerIsUnix) {
    running_server repeater(conf);
    const auto server = introduce(rfb::side::server, header());
    const auto waits = repeater.events.wait_for<event::waiting>();
    EXPECT_EQ(net::name_of(waits.peer.address), "unix");
}

TEST_F(Listen, WithoutAHeaderAPeerOfAUnixSocketIsClosedUnheard) {
    conf.proxy_from = {};
    running_server repeater(conf);
    for (const auto side : {rfb::side::viewer, rfb::side::server}) {
        auto peer = connect(side);
        peer.send(padded("ID:1", 250));
        EXPECT_TRUE(peer.is_closed_by_peer()) << "not even greeted";
    }
    const auto failed = repeater.events.wait_for<event::proxy_header_failed>(2);
    EXPECT_EQ(failed.error, net::proxy_error::no_header);
    EXPECT_EQ(net::name_of(failed.proxy.address), "unix");
    EXPECT_EQ(repeater.events.count<event::arrived>(), 0U);
}

TEST_F(Listen, APeerOfAUnixSocketWaitsWithBytesThatNobodyReads) {
    running_server repeater(conf);
    auto server = introduce(rfb::side::server, header(), "early bytes");
    (void)repeater.events.wait_for<event::waiting>();
    auto viewer = introduce(rfb::side::viewer, header());
    EXPECT_TRUE(repeater.events.wait_for<event::partner_checked>().alive);
    EXPECT_EQ(viewer.receive(11), bytes_of("early bytes"));
    viewer.send(bytes_of("on"));
    EXPECT_EQ(server.receive(2), bytes_of("on"));
    EXPECT_EQ(repeater.events.count<event::left>(), 0U);
}

TEST_F(Listen, APeerOfAUnixSocketThatLeavesIsNoticed) {
    running_server repeater(conf);
    std::size_t n = 0;
    for (const auto* const early : {"", "early bytes"}) {
        auto server = introduce(rfb::side::server, header(), early);
        (void)repeater.events.wait_for<event::waiting>(++n);
        server.close();
        (void)repeater.events.wait_for<event::left>(n);
    }
}

TEST_F(Listen, BulkGoesThroughUnixSocketsHoweverItIsMoved) {
    for (const auto how : {splicing::off, splicing::on, splicing::automatic}) {
        conf.splice = how;
        running_server repeater(conf);
        auto server = introduce(rfb::side::server, header());
        (void)repeater.events.wait_for<event::waiting>();
        auto viewer = introduce(rfb::side::viewer, header());
        expect_bulk(viewer, server, 8U << 20U);
        server.send(bytes_of("last"));
        server.finish_sending();
        EXPECT_EQ(viewer.receive_until_eof(), bytes_of("last"));
        viewer.close();
        (void)repeater.events.wait_for<event::ended>();
    }
}

TEST_F(Listen, APeerByTcpMeetsOneByAUnixSocket) {
    running_server repeater(conf);
    auto server = repeater.wait_as(rfb::side::server, "ID:1", "RFB 003.008\n");
    auto viewer = introduce(rfb::side::viewer, header("192.0.2.7"));
    EXPECT_EQ(viewer.receive(12), bytes_of("RFB 003.008\n"));
    expect_bulk(viewer, server, 8U << 20U);
}

TEST_F(Listen, SocketFilesHaveTheirModeAndGoWithTheNewcomers) {
    conf.unix_mode = 0660;
    running_server repeater(conf);

    struct stat found {};

    ASSERT_EQ(::stat(path(rfb::side::viewer).c_str(), &found), 0);
    EXPECT_EQ(found.st_mode & 0777U, 0660U);
    auto server = introduce(rfb::side::server, header());
    (void)repeater.events.wait_for<event::waiting>();
    auto viewer = introduce(rfb::side::viewer, header());
    (void)repeater.events.wait_for<event::paired>();

    repeater.drain();
    for (const auto side : {rfb::side::viewer, rfb::side::server}) {
        EXPECT_FALSE(fs::exists(path(side)));
    }
    const running_server successor(conf);
    EXPECT_TRUE(fs::exists(path(rfb::side::viewer)));
    viewer.send(bytes_of("on"));
    EXPECT_EQ(server.receive(2), bytes_of("on")) << "pairs stay";
    repeater.stop();
    repeater.join();
    EXPECT_TRUE(fs::exists(path(rfb::side::viewer))) << "the successor's";
}

TEST_F(Listen, TakesThePlaceOfASocketThatNobodyAnswers) {
    { const auto left_behind = support::bind_unix(path(rfb::side::viewer)); }
    ASSERT_TRUE(fs::exists(path(rfb::side::viewer)));
    running_server repeater(conf);
    const auto viewer = introduce(rfb::side::viewer, header());
}

TEST_F(Listen, TakesNobodysPlaceAndLeavesNothingBehind) {
    (void)directory.file("server", "somebody's");
    EXPECT_EQ(refusal(), "cannot listen on unix:" + path(rfb::side::server) +
                             ", where a file stands that is no socket: File exists (choose another "
                             "with --listen)");
    EXPECT_TRUE(fs::is_regular_file(path(rfb::side::server)));
    EXPECT_FALSE(fs::exists(path(rfb::side::viewer))) << "that had been made before";
    fs::remove(path(rfb::side::server));
    const running_server first(conf);
    EXPECT_THAT(refusal(), HasSubstr("Address already in use (choose another with --listen)"));
    EXPECT_TRUE(fs::exists(path(rfb::side::server)));
}

TEST_F(Listen, AReloadLeavesTheSocketsAlone) {
    running_server repeater(conf);
    auto fresh = conf;
    fresh.listen.clear();
    repeater.configure(fresh);
    const auto viewer = introduce(rfb::side::viewer, header());
}

TEST_F(Listen, MayBeAtFurtherAddresses) {
    conf.listen = {{rfb::side::viewer, {make_address("127.0.0.2"), 0}}};
    running_server repeater(conf);
    const auto listening = repeater.events.wait_for<event::listening>(2);
    EXPECT_EQ(listening.side, rfb::side::viewer);
    EXPECT_EQ(listening.at.address(), make_address("127.0.0.2"));
    EXPECT_EQ(listening.name, net::to_string(listening.at));
    tcp_client viewer(listening.at.port(), "127.0.0.2");
    running_server::expect_greeting(viewer);
    viewer.send(padded("ID:1", 250));
    const auto waits = repeater.events.wait_for<event::waiting>();
    EXPECT_EQ(waits.peer.side, rfb::side::viewer);
    EXPECT_EQ(waits.peer.address.address(), make_address("127.0.0.1"));
}

} // namespace listen_test
