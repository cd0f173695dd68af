// The gateway over real sockets: opening, both directions, and every way to end (RFC 6455 7).
// SPDX-License-Identifier: EUPL-1.2
#include "tests/support/flood.hpp"
#include "tests/wsgate/running_gateway.hpp"
#include "tests/wsgate/ws_peer.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <future>
#include <malloc.h>
#include <string>
#include <sys/socket.h>
#include <thread>

namespace session_test {

namespace {

using namespace std::chrono_literals;
using namespace std::string_literals;
using namespace support;

received_frame close_with(unsigned code, std::string_view reason = "") {
    return {close_frame, close_text(code, reason)};
}

/// A gateway before one target that the test plays.
struct stage {
    explicit stage(wsgate::config c = loopback_gateway()) : gateway(with_target(std::move(c))) {}

    wsgate::config with_target(wsgate::config c) const {
        c.server_target = {"127.0.0.1", target.port()};
        c.viewer_target = {"127.0.0.1", target.port()};
        return c;
    }

    [[nodiscard]] plain_peer client(const std::string& path = "/websockify") const {
        plain_peer peer(gateway.connect());
        peer.open(path);
        return peer;
    }

    tcp_listener target;
    running_gateway gateway;
};

/// The header of a frame of zero bytes masked with a key of zeros: the same wherever a send is cut.
const std::string endless_frame = "\x82\xff\x00\x00\x00\x7f\xff\xff\xff\xff\0\0\0\0"s;

/// Sends until nothing more has been taken for a while; how much it was.
std::size_t send_until_stuck(tcp_client& to, std::span<const std::byte> piece) {
    std::size_t sent = 0;
    std::size_t at = 0;
    for (pollfd p{to.native_handle(), POLLOUT, 0}; ::poll(&p, 1, 300) == 1;) {
        const auto n = ::send(to.native_handle(), piece.data() + at, piece.size() - at,
                              MSG_DONTWAIT | MSG_NOSIGNAL);
        if (n < 0) {
            break;
        }
        sent += static_cast<std::size_t>(n);
        at = (at + static_cast<std::size_t>(n)) % piece.size();
    }
    return sent;
}

/// Sends zero bytes until a target that reads nothing has stalled the gateway.
void stall(plain_peer& client) {
    client.stream().send(bytes_of(endless_frame));
    (void)send_until_stuck(client.stream(), bytes(1 << 20));
}

/// Of this process, hence of the gateway too. Always 0 where a sanitizer has the heap.
std::size_t heap_in_use() {
    const auto heap = ::mallinfo2();
    return heap.uordblks + heap.hblkhd;
}

constexpr std::size_t kept_for_a_stalled_session = 1 << 20; // bytes, at most

} // namespace

// ---- opening ----

TEST(Session, CarriesBytesBothWays) {
    stage s;
    auto client = s.client();
    auto target = s.target.accept();
    client.send(binary_frame, "from the client");
    EXPECT_EQ(text_of(target.receive(15)), "from the client");
    target.send("from the target"_bytes);
    EXPECT_EQ(client.receive(), (received_frame{binary_frame, "from the target"}));
}

TEST(Session, AnswersTheOpeningWithEveryFieldOnce) {
    stage s;
    plain_peer client(s.gateway.connect());
    const auto head = client.open("/wsServer", "Sec-WebSocket-Protocol: base64, binary\r\n");
    EXPECT_EQ(head, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                    "Connection: Upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"
                    "Sec-WebSocket-Protocol: binary\r\nServer: wsgate\r\n\r\n");
}

TEST(Session, DeliversFramesThatCameWithTheHead) {
    stage s;
    auto client = s.gateway.connect();
    client.send(joined({bytes_of(opening_request("/websockify")), masked_frame(binary_frame, "at "),
                        masked_frame(binary_frame, "once")}));
    EXPECT_EQ(text_of(s.target.accept().receive(7)), "at once");
}

TEST(Session, DeliversEverythingOfASessionThatCameAtOnce) {
    stage s;
    plain_peer client(s.gateway.connect());
    client.stream().send(
        joined({bytes_of(opening_request("/websockify")), masked_frame(binary_frame, "all of it"),
                masked_frame(close_frame, close_text(1000))}));
    EXPECT_EQ(text_of(s.target.accept().receive_until_eof()), "all of it");
    (void)client.read_head();
    EXPECT_EQ(client.receive(), close_with(1000));
}

TEST(Session, UnderstandsATrickleOfSingleBytes) {
    stage s;
    plain_peer client(s.gateway.connect());
    const auto all = joined({bytes_of(opening_request("/websockify")), masked_frame(0x02, "byte "),
                             masked_frame(ping_frame, "?"), masked_frame(0x80, "by byte"),
                             masked_frame(close_frame, "")});
    for (const auto b : all) {
        client.stream().send({&b, 1});
        client.stream().wait_until_delivered();
    }
    (void)client.read_head();
    EXPECT_EQ(client.receive(), (received_frame{pong_frame, "?"}));
    EXPECT_EQ(text_of(s.target.accept().receive_until_eof()), "byte by byte");
    EXPECT_EQ(client.receive(), (received_frame{close_frame, ""}));
    EXPECT_TRUE(client.stream().is_closed_by_peer());
}

TEST(Session, RefusesUnknownPathsWithoutATarget) {
    stage s;
    plain_peer client(s.gateway.connect());
    client.stream().send(bytes_of(opening_request("/other")));
    EXPECT_EQ(client.read_head().substr(0, 22), "HTTP/1.1 404 Not Found");
    EXPECT_TRUE(s.target.is_quiet());
}

// ---- the closing map ----

TEST(Closing, TargetEofComesAfterAllItsBytes) {
    stage s;
    auto client = s.client();
    const auto all = pattern(4 << 20);
    std::thread sender([&s, &all] {
        auto target = s.target.accept();
        target.send(bytes_of(all));
        target.finish_sending();
        EXPECT_TRUE(target.is_closed_by_peer());
    });
    EXPECT_TRUE(client.receive_data(all.size()) == all);
    EXPECT_EQ(client.receive(), close_with(1000, "Target closed"));
    client.send(close_frame, close_text(1000));
    EXPECT_TRUE(client.stream().is_closed_by_peer());
    sender.join();
}

TEST(Closing, ClientCloseComesAfterAllItsBytes) {
    stage s;
    auto client = s.client();
    auto target = s.target.accept();
    const auto all = pattern(4 << 20);
    std::thread sender([&client, &all] {
        for (std::size_t at = 0; at < all.size(); at += 100'000) {
            client.send(binary_frame, std::string_view{all}.substr(at, 100'000));
        }
        client.send(close_frame, close_text(4711, "done"));
    });
    EXPECT_TRUE(text_of(target.receive_until_eof()) == all);
    target.close();
    sender.join();
    EXPECT_EQ(client.receive(), close_with(4711));
    EXPECT_TRUE(client.stream().is_closed_by_peer());
    client.stream().close();
    const auto line = s.gateway.lines.wait_for(" end ");
    EXPECT_NE(line.find("code=4711 closed_by=client reason=done"), std::string::npos) << line;
}

TEST(Closing, ASlowTargetGetsAllThatCameBeforeAClose) {
    auto c = loopback_gateway();
    c.bridge.close = 50ms;
    stage s(c);
    // Some of these sizes leave a rest in the gateway that came in one piece with the Close.
    for (std::size_t size = 100'000; size <= 900'000; size += 100'000) {
        auto client = s.client();
        auto target = s.target.accept();
        const auto all = pattern(size);
        const auto sender = std::async(std::launch::async, [&client, &all] {
            client.send(binary_frame, all);
            client.send(close_frame, close_text(1000));
        });
        std::this_thread::sleep_for(200ms);
        EXPECT_EQ(text_of(target.receive(size)), all);
    }
}

TEST(Closing, ATargetThatTalksGetsTheLastWordsOfWhoLeaves) {
    stage s;
    for (int round = 0; round < 50; ++round) {
        auto client = s.client();
        auto target = s.target.accept();
        const flood talk(target); // which the closed socket answers with a reset
        client.send(binary_frame, "last words");
        client.send(close_frame, close_text(1000));
        client.stream().wait_until_delivered();
        client.stream().close();
        ASSERT_EQ(text_of(target.receive(10)), "last words") << round;
    }
}

TEST(Closing, ASlowClientGetsAllThoughItTalks) {
    auto c = loopback_gateway();
    c.bridge.close = 500ms;
    stage s(c);
    auto client = s.client();
    auto target = s.target.accept();
    const int little = 4096; // so that the data is on its way for a second or two
    ::setsockopt(client.stream().native_handle(), SOL_SOCKET, SO_RCVBUF, &little, sizeof little);
    const auto all = pattern(150'000);
    target.send(bytes_of(all));
    target.finish_sending();
    std::string got;
    auto f = client.receive();
    while (f.first == binary_frame) {
        got += f.payload;
        client.send(binary_frame, "an event"); // would reset a closed connection
        f = client.receive();
    }
    EXPECT_TRUE(got == all);
    EXPECT_EQ(f, close_with(1000, "Target closed"));
}

TEST(Closing, ATargetThatDoesNotAnswerIs1011) {
    const tcp_listener full; // its queue: it answers no further SYN
    ASSERT_EQ(::listen(full.native_handle(), 0), 0);
    const tcp_client first(full.port());
    auto c = loopback_gateway();
    c.viewer_target = {"127.0.0.1", full.port()};
    c.limits.connect = 50ms;
    const running_gateway gateway(c);
    plain_peer client(gateway.connect());
    client.open("/websockify");
    EXPECT_EQ(client.receive(), close_with(1011, "Failed to connect to downstream server"));
}

TEST(Closing, AnEmptyCloseIsEchoedEmpty) {
    stage s;
    auto client = s.client();
    client.send(close_frame, "");
    EXPECT_EQ(client.receive(), (received_frame{close_frame, ""}));
    EXPECT_TRUE(client.stream().is_closed_by_peer());
}

TEST(Closing, ClientFinWithoutACloseStillDelivers) {
    stage s;
    auto client = s.client();
    client.send(binary_frame, "last words");
    client.stream().finish_sending();
    EXPECT_EQ(text_of(s.target.accept().receive_until_eof()), "last words");
    EXPECT_TRUE(client.stream().is_closed_by_peer());
    const auto line = s.gateway.lines.wait_for(" end ");
    EXPECT_NE(line.find("code=1006 closed_by=client"), std::string::npos) << line;
}

TEST(Closing, ClientResetClosesTheTarget) {
    stage s;
    auto client = s.client();
    auto target = s.target.accept();
    client.stream().reset();
    EXPECT_TRUE(target.is_closed_by_peer());
}

TEST(Closing, TargetResetIs1011) {
    stage s;
    auto client = s.client();
    auto target = s.target.accept();
    client.send(binary_frame, "x");
    EXPECT_EQ(target.receive(1).size(), 1U); // so the gateway knows that it is connected
    target.reset();
    EXPECT_EQ(client.receive(), close_with(1011, "Target connection lost"));
}

TEST(Closing, ARefusedTargetIs101Then1011) {
    auto c = loopback_gateway();
    {
        const tcp_listener gone;
        c.viewer_target = {"127.0.0.1", gone.port()};
    }
    const running_gateway gateway(c);
    plain_peer client(gateway.connect());
    client.open("/websockify");
    EXPECT_EQ(client.receive(), close_with(1011, "Failed to connect to downstream server"));
}

TEST(Closing, AnUnknownNameIs1011) {
    auto c = loopback_gateway();
    c.viewer_target = {"name.invalid", 5900};
    c.limits.connect = 5s;
    const running_gateway gateway(c);
    plain_peer client(gateway.connect());
    client.open("/websockify");
    EXPECT_EQ(client.receive(), close_with(1011, "Failed to connect to downstream server"));
}

TEST(Closing, ANameWithSeveralAddressesIsTriedThrough) {
    // Where localhost is ::1 as well, nobody listens there.
    stage s;
    auto c = loopback_gateway();
    c.viewer_target = {"localhost", s.target.port()};
    const running_gateway gateway(c);
    plain_peer client(gateway.connect());
    client.open("/websockify");
    client.send(binary_frame, "found");
    EXPECT_EQ(text_of(s.target.accept().receive(5)), "found");
}

TEST(Closing, BrokenRulesAreAnsweredAndNeverForwarded) {
    struct row {
        const char* why;
        bytes input;
        unsigned code;
    };

    const std::vector<row> table{
        {"no mask",
         bytes_of("\x82\x03"
                  "abc"),
         1002},
        {"a reserved bit", masked_frame(0xc2, "abc"), 1002},
        {"an opcode", masked_frame(0x83, "abc"), 1002},
        {"text", masked_frame(text_frame, "abc"), 1003},
        {"one byte of close", masked_frame(close_frame, "a"), 1002},
        {"a close code", masked_frame(close_frame, close_text(1005)), 1002},
        {"a reason", masked_frame(close_frame, close_text(1000, "\xff")), 1007},
    };
    for (const auto& r : table) {
        stage s;
        auto client = s.client();
        auto target = s.target.accept();
        client.stream().send(joined(
            {masked_frame(binary_frame, "good"), r.input, masked_frame(binary_frame, "never")}));
        EXPECT_EQ(text_of(target.receive_until_eof()), "good") << r.why;
        const auto close = client.receive();
        EXPECT_EQ(close.first, close_frame) << r.why;
        EXPECT_EQ(close.payload.substr(0, 2), close_text(r.code)) << r.why;
        EXPECT_TRUE(client.stream().is_closed_by_peer()) << r.why;
    }
}

TEST(Closing, NothingIsForwardedAfterOurClose) {
    stage s;
    auto client = s.client();
    auto target = s.target.accept();
    target.finish_sending();
    EXPECT_EQ(client.receive(), close_with(1000, "Target closed"));
    client.send(binary_frame, "too late");
    EXPECT_TRUE(text_of(target.receive_until_eof()).empty());
    client.send(close_frame, close_text(1000));
    EXPECT_TRUE(client.stream().is_closed_by_peer());
}

TEST(Closing, AClientThatDoesNotAnswerIsDropped) {
    auto c = loopback_gateway();
    c.bridge.close = 50ms;
    stage s(c);
    auto client = s.client();
    s.target.accept().finish_sending();
    EXPECT_EQ(client.receive(), close_with(1000, "Target closed"));
    EXPECT_TRUE(client.stream().is_closed_by_peer());
    (void)s.gateway.lines.wait_for(" end ");
}

TEST(Closing, ATargetThatDoesNotCloseIsDropped) {
    auto c = loopback_gateway();
    c.bridge.close = 50ms;
    stage s(c);
    auto client = s.client();
    auto target = s.target.accept();
    client.send(close_frame, "");
    EXPECT_EQ(client.receive().first, close_frame);
    client.stream().close();
    EXPECT_TRUE(target.is_closed_by_peer()); // the FIN; it does not close
    (void)s.gateway.lines.wait_for(" end ");
}

TEST(Closing, StopSaysGoingAway) {
    stage s;
    auto viewer = s.client("/wsClient");
    auto first = s.target.accept();
    auto mute = s.client("/wsServer"); // has no target
    auto server = s.client("/wsServer");
    server.send(binary_frame, "x");
    auto second = s.target.accept();
    auto idle = s.gateway.connect();
    idle.send("GET /hea"_bytes);
    s.gateway.stop();
    for (auto* const client : {&viewer, &mute, &server}) {
        EXPECT_EQ(client->receive(), close_with(1001, "going away"));
        client->send(close_frame, close_text(1001));
        EXPECT_TRUE(client->stream().is_closed_by_peer());
        client->stream().close();
    }
    EXPECT_TRUE(first.is_closed_by_peer());
    EXPECT_EQ(second.receive_until_eof().size(), 1U);
    EXPECT_TRUE(idle.is_closed_by_peer());
    first.close();
    second.close();
    s.gateway.join();
}

TEST(Closing, StopEndsSessionsThatDoNotAnswer) {
    auto c = loopback_gateway();
    c.limits.stop = 50ms;
    stage s(c);
    auto client = s.client();
    auto target = s.target.accept();
    s.gateway.stop();
    s.gateway.join();
    EXPECT_EQ(client.receive(), close_with(1001, "going away"));
    EXPECT_TRUE(client.stream().is_closed_by_peer());
    const auto line = s.gateway.lines.wait_for(" end ");
    EXPECT_NE(line.find("closed_by=gateway"), std::string::npos) << line;
}

TEST(Closing, StopNowEndsAtOnce) {
    stage s; // whose limits are seconds
    auto client = s.client();
    auto target = s.target.accept();
    const auto before = std::chrono::steady_clock::now();
    s.gateway.stop_now();
    s.gateway.join();
    EXPECT_LT(std::chrono::steady_clock::now() - before, 4s);
    EXPECT_TRUE(target.is_closed_by_peer());
}

// ---- flow ----

TEST(Flow, PingsAreAnsweredInADownstreamFlood) {
    stage s;
    auto client = s.client();
    auto target = s.target.accept();
    const flood running(target);
    client.send(ping_frame, "are you there");
    received_frame f;
    std::size_t data = 0;
    do {
        f = client.receive();
        data += f.payload.size();
    } while (f.first == binary_frame && data < (256U << 20U));
    EXPECT_EQ(f, (received_frame{pong_frame, "are you there"}));
}

TEST(Flow, AStalledClientStillSends) {
    stage s;
    auto client = s.client();
    auto target = s.target.accept();
    const flood running(target); // nobody reads it
    const auto all = pattern(1 << 20);
    std::thread sender([&client, &all] {
        for (std::size_t at = 0; at < all.size(); at += 1024) {
            client.send(binary_frame, std::string_view{all}.substr(at, 1024));
        }
    });
    EXPECT_TRUE(text_of(target.receive(all.size())) == all);
    sender.join();
}

TEST(Flow, AStalledTargetStillTalksAndPushesBack) {
    stage s;
    auto client = s.client();
    auto target = s.target.accept();
    client.stream().send(bytes_of(endless_frame));
    const bytes zeros(1 << 20);
    const auto before = heap_in_use();
    const auto sent = send_until_stuck(client.stream(), zeros);
    EXPECT_LT(sent, 64U << 20U);
    EXPECT_LT(heap_in_use(), before + kept_for_a_stalled_session);
    target.send("still here"_bytes);
    EXPECT_EQ(client.receive(), (received_frame{binary_frame, "still here"}));
    EXPECT_EQ(target.receive(sent).size(), sent);
}

TEST(Flow, AClientThatResetsBehindAStalledTargetIsMissed) {
    auto c = loopback_gateway();
    c.bridge.close = 100ms;
    stage s(c);
    auto client = s.client();
    auto target = s.target.accept();
    stall(client);
    client.stream().reset();
    const auto end = s.gateway.lines.wait_for(" end ");
    EXPECT_NE(end.find("Connection reset by peer"), std::string::npos) << end;
}

TEST(Flow, AClientThatResetsBehindAStalledTargetThatTalksIsMissed) {
    auto c = loopback_gateway();
    c.bridge.close = 100ms;
    stage s(c);
    auto client = s.client();
    auto target = s.target.accept();
    stall(client);
    client.stream().reset();
    const flood talk(target);
    (void)s.gateway.lines.wait_for(" code=1006 closed_by=client ");
}

TEST(Flow, AStalledTargetThatResetsIs1011) {
    stage s;
    auto client = s.client();
    auto target = s.target.accept();
    stall(client);
    target.reset();
    EXPECT_EQ(client.receive(), close_with(1011, "Target connection lost"));
}

TEST(Flow, AStalledClientPushesBackOnTheTarget) {
    stage s;
    auto client = s.client();
    auto target = s.target.accept();
    const bytes zeros(1 << 20);
    const auto before = heap_in_use();
    const auto sent = send_until_stuck(target, zeros);
    EXPECT_LT(sent, 64U << 20U);
    EXPECT_LT(heap_in_use(), before + kept_for_a_stalled_session);
    EXPECT_EQ(client.receive_data(sent).size(), sent);
}

TEST(Flow, FramesKeepTheirLimit) {
    auto c = loopback_gateway();
    c.bridge.max_frame = 1000;
    stage s(c);
    auto client = s.client();
    auto target = s.target.accept();
    const auto all = pattern(300'000);
    std::thread sender([&target, &all] { target.send(bytes_of(all)); });
    std::string got;
    while (got.size() < all.size()) {
        const auto f = client.receive();
        EXPECT_LE(f.payload.size(), 1000U);
        got += f.payload;
    }
    EXPECT_TRUE(got == all);
    sender.join();
}

TEST(Flow, OneHugeFrameFlowsThrough) {
    stage s;
    auto client = s.client();
    auto target = s.target.accept();
    const auto all = pattern(16 << 20);
    std::thread sender([&client, &all] { client.send(binary_frame, all); });
    EXPECT_TRUE(text_of(target.receive(all.size())) == all);
    sender.join();
}

// ---- time ----

TEST(Time, SilenceIsFilledWithPings) {
    auto c = loopback_gateway();
    c.bridge.ping = 20ms;
    stage s(c);
    auto client = s.client("/wsServer");
    for (int i = 0; i < 5; ++i) { // none is answered: a server's tunnel may be mute
        EXPECT_EQ(client.receive(), (received_frame{ping_frame, ""}));
    }
    client.send(binary_frame, "alive");
    EXPECT_EQ(text_of(s.target.accept().receive(5)), "alive");
}

TEST(Time, AMuteViewerIsClosed) {
    auto c = loopback_gateway();
    c.bridge.ping = 20ms;
    c.pong_timeout = 50ms;
    stage s(c);
    auto client = s.client("/wsClient");
    int pings = 0;
    auto f = client.receive();
    for (; f.first == ping_frame; ++pings) {
        f = client.receive();
    }
    EXPECT_GE(pings, 2);
    EXPECT_EQ(f, close_with(1011, "No answer to ping"));
    EXPECT_TRUE(s.target.accept().is_closed_by_peer());
}

TEST(Time, AMuteServerIsNot) {
    auto c = loopback_gateway();
    c.bridge.ping = 20ms;
    c.pong_timeout = 50ms;
    stage s(c);
    auto client = s.client("/wsServer");
    for (int i = 0; i < 10; ++i) {
        EXPECT_EQ(client.receive(), (received_frame{ping_frame, ""}));
    }
}

TEST(Time, AViewerThatAnswersStays) {
    auto c = loopback_gateway();
    c.bridge.ping = 20ms;
    c.pong_timeout = 1s;
    stage s(c);
    auto client = s.client("/wsClient");
    const auto until = std::chrono::steady_clock::now() + 2s;
    while (std::chrono::steady_clock::now() < until) {
        ASSERT_EQ(client.receive(), (received_frame{ping_frame, ""}));
        client.send(pong_frame, "");
    }
}

TEST(Time, AViewerBehindAStalledTargetIsNotCalledMute) {
    auto c = loopback_gateway();
    c.bridge.ping = 20ms;
    c.pong_timeout = 50ms;
    stage s(c);
    auto client = s.client("/wsClient");
    auto target = s.target.accept();
    client.stream().send(bytes_of(endless_frame));
    const bytes zeros(1 << 20);
    // The gateway has stopped reading, so no Pong of ours could reach it.
    const auto sent = send_until_stuck(client.stream(), zeros);
    for (int i = 0; i < 20; ++i) {
        EXPECT_EQ(client.receive(), (received_frame{ping_frame, ""}));
    }
    EXPECT_EQ(target.receive(sent).size(), sent);
}

TEST(Time, AViewerToWhomThePingIsStillOnItsWayIsNotCalledMute) {
    auto c = loopback_gateway();
    c.bridge.ping = 20ms;
    c.pong_timeout = 600ms;
    stage s(c);
    auto client = s.client("/wsClient");
    auto target = s.target.accept();
    const int little = 4096; // so that the data is on its way for a second or two
    ::setsockopt(client.stream().native_handle(), SOL_SOCKET, SO_RCVBUF, &little, sizeof little);
    const auto all = pattern(150'000);
    target.send(bytes_of(all));
    std::string got;
    while (got.size() < all.size()) {
        const auto f = client.receive();
        ASSERT_TRUE(f.first == binary_frame || f.first == ping_frame) << f.first;
        got += f.payload;
    }
    EXPECT_EQ(got, all);
    client.send(pong_frame, "");
    target.send("still here"_bytes);
    auto f = client.receive();
    while (f.first == ping_frame) {
        f = client.receive();
    }
    EXPECT_EQ(f, (received_frame{binary_frame, "still here"}));
}

TEST(Time, TheHeadMustComeInTimeHoweverItTrickles) {
    auto c = loopback_gateway();
    c.limits.handshake = 100ms;
    const running_gateway gateway(c);
    auto silent = gateway.connect();
    auto trickling = gateway.connect();
    const auto until = std::chrono::steady_clock::now() + 8s;
    bool dropped = false;
    trickling.send("GET /"_bytes);
    while (!dropped && std::chrono::steady_clock::now() < until) {
        pollfd p{trickling.native_handle(), POLLIN | POLLRDHUP, 0};
        dropped = ::poll(&p, 1, 5) == 1; // a byte every 5 ms
        if (!dropped) {
            (void)::send(trickling.native_handle(), "a", 1, MSG_NOSIGNAL);
        }
    }
    EXPECT_TRUE(dropped);
    EXPECT_TRUE(silent.is_closed_by_peer());
}

// ---- the log ----

TEST(Journal, TellsStartAndEndOfASession) {
    stage s;
    plain_peer client(s.gateway.connect());
    client.open("/wsServer?token=secret", "Sec-WebSocket-Protocol: binary\r\n");
    const auto where = "route=server client=127.0.0.1 peer=127.0.0.1:";
    const auto start = s.gateway.lines.wait_for(" start ");
    EXPECT_NE(start.find(where), std::string::npos) << start;
    EXPECT_NE(start.find("target=127.0.0.1:" + std::to_string(s.target.port()) +
                         " subprotocol=binary tls=none"),
              std::string::npos)
        << start;
    client.send(binary_frame, "12345"); // only now is the target dialled
    auto target = s.target.accept();
    EXPECT_EQ(target.receive(5).size(), 5U);
    target.send("123"_bytes);
    EXPECT_EQ(client.receive_data(3), "123");
    client.send(close_frame, close_text(1000, "evil\x1b[2J\n reason"));
    EXPECT_EQ(client.receive(), close_with(1000));
    target.close();
    client.stream().close();
    const auto end = s.gateway.lines.wait_for(" end ");
    EXPECT_NE(end.find(where), std::string::npos) << end;
    EXPECT_NE(end.find("up=5 down=3 code=1000 closed_by=client "
                       "reason=\"evil\\x1b[2J\\x0a reason\""),
              std::string::npos)
        << end;
    const auto number = [](const std::string& line) {
        const auto at = line.find("session=");
        return line.substr(at, line.find(' ', at) - at);
    };
    EXPECT_EQ(number(start), number(end));
    EXPECT_EQ((start + end).find("secret"), std::string::npos);
}

TEST(Journal, SpeaksJson) {
    auto c = loopback_gateway();
    c.log_format = service::log_format::json;
    stage s(c);
    const auto ready = s.gateway.lines.wait_for("listening");
    EXPECT_NE(ready.find(R"("level":"info","event":"listening","at":"127.0.0.1:)"),
              std::string::npos)
        << ready;
    auto client = s.client();
    client.send(close_frame, close_text(1000, "a \"quote\""));
    (void)client.receive();
    client.stream().close();
    s.target.accept().close();
    const auto end = s.gateway.lines.wait_for(R"("event":"end")");
    EXPECT_TRUE(end.starts_with("{\"time\":\"") && end.ends_with("}")) << end;
    EXPECT_NE(end.find(R"("code":1000,"closed_by":"client","reason":"a \\x22quote\\x22"})"),
              std::string::npos)
        << end;
}

TEST(Descriptors, DoNotGrow) {
    auto c = loopback_gateway();
    stage s(c);
    const auto open_now = [] {
        const int probe = ::dup(0);
        ::close(probe);
        return probe;
    };
    const auto cycle = [&s] {
        auto client = s.client();
        auto target = s.target.accept();
        client.send(binary_frame, "x");
        EXPECT_EQ(target.receive(1).size(), 1U);
        client.send(close_frame, "");
        EXPECT_TRUE(target.is_closed_by_peer());
        target.close();
        EXPECT_EQ(client.receive().first, close_frame);
        client.stream().close();
        (void)s.gateway.lines.wait_for(" end ");
    };
    cycle();
    const auto before = open_now();
    for (int i = 0; i < 50; ++i) {
        cycle();
    }
    EXPECT_EQ(open_now(), before);
}

} // namespace session_test
