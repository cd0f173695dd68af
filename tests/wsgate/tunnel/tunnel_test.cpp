// The tunnel between a local program and a server that both follow a script.
// SPDX-License-Identifier: EUPL-1.2
#include "tests/support/certificate.hpp"
#include "tests/support/scratch_directory.hpp"
#include "tests/wsgate/running_gateway.hpp"
#include "tests/wsgate/running_tunnel.hpp"
#include "tests/wsgate/ws_peer.hpp"
#include "wsgate/tunnel/tunnel.hpp"
#include "wsgate/ws/server_handshake.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <thread>
#include <vector>

namespace tunnel_test {

namespace {

using namespace support;
using namespace std::chrono_literals;

/// The server's end of one connection: its own reading of what a client may send.
class host_peer {
public:
    explicit host_peer(tcp_client tcp) : tcp_(std::move(tcp)) {}

    [[nodiscard]] std::string read_head() {
        std::string head;
        while (!head.ends_with("\r\n\r\n")) {
            head += text_of(tcp_.receive(1));
        }
        return head;
    }

    void say(std::string_view text) { tcp_.send(bytes_of(text)); }

    /// Answers the request with 101, and `behind` in the same segment; the request.
    std::string open(const std::string& behind = "", const std::string& more = "") {
        auto head = read_head();
        const std::string name = "Sec-WebSocket-Key: ";
        const auto at = head.find(name) + name.size();
        say("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            "Sec-WebSocket-Accept: " +
            wsgate::accept_value(head.substr(at, head.find("\r\n", at) - at)) + "\r\n" + more +
            "\r\n" + behind);
        return head;
    }

    void send(unsigned first, std::string_view payload) { say(plain_frame(first, payload)); }

    [[nodiscard]] static std::string plain_frame(unsigned first, std::string_view payload) {
        std::string head(1, static_cast<char>(first));
        const auto size = payload.size();
        if (size > 125) {
            head += static_cast<char>(126);
            head += static_cast<char>(size >> 8U);
        }
        head += static_cast<char>(size & 0xffU);
        return head + std::string{payload};
    }

    /// Throws where it breaks a rule for clients: no mask, reserved bits, empty data.
    [[nodiscard]] received_frame receive() {
        const auto head = tcp_.receive(2);
        received_frame f{std::to_integer<unsigned>(head[0]), {}};
        std::uint64_t size = std::to_integer<unsigned>(head[1]) & 0x7fU;
        const auto more = size == 127 ? 8U : size == 126 ? 2U : 0U;
        if (more > 0) {
            size = 0;
            for (const auto b : tcp_.receive(more)) {
                size = size << 8U | std::to_integer<unsigned>(b);
            }
        }
        if ((f.first & 0xf0U) != 0x80U || (std::to_integer<unsigned>(head[1]) & 0x80U) == 0 ||
            size > 65536 || (f.first == binary_frame && size == 0)) {
            throw std::runtime_error("a frame that no client may send");
        }
        const auto key = tcp_.receive(4);
        keys.push_back(text_of(key));
        auto payload = tcp_.receive(size);
        for (std::size_t i = 0; i < payload.size(); ++i) {
            payload[i] ^= key[i % 4];
        }
        f.payload = text_of(payload);
        return f;
    }

    [[nodiscard]] std::string receive_data(std::size_t size) {
        std::string all;
        while (all.size() < size) {
            const auto f = receive();
            if (f.first != binary_frame) {
                throw std::runtime_error("not a data frame");
            }
            all += f.payload;
        }
        return all;
    }

    tcp_client& tcp() { return tcp_; }

    std::vector<std::string> keys; ///< of all frames that were received

private:
    tcp_client tcp_;
};

class tunnel_test : public testing::Test {
protected:
    tcp_listener server;
    wsgate::tunnel_config config = loopback_tunnel(server.port());
};

bool says(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

} // namespace

TEST_F(tunnel_test, KeepsWhatIsWrittenBeforeTheWebSocketIsOpen) {
    running_tunnel t(config);
    auto local = t.connect();
    const auto id = padded("ID:1234", 250);
    local.send(id);
    auto host = host_peer(server.accept());
    const auto head = host.open(host_peer::plain_frame(binary_frame, "RFB "),
                                "Sec-WebSocket-Protocol: binary\r\n");
    EXPECT_TRUE(says(head, "GET /wsServer HTTP/1.1\r\n")) << head;
    EXPECT_TRUE(says(head, "Sec-WebSocket-Protocol: binary\r\n")) << head;
    EXPECT_FALSE(says(head, "Origin")) << head;
    EXPECT_EQ(host.receive_data(250), text_of(id));
    EXPECT_EQ(text_of(local.receive(4)), "RFB "); // came with the answer's head
    EXPECT_TRUE(says(t.lines.wait_for(" start "), "session=1 "));
}

TEST_F(tunnel_test, CarriesManyAtOnceEachInItsOwnWebSocket) {
    running_tunnel t(config);
    std::vector<tcp_client> locals;
    std::vector<host_peer> hosts;
    std::set<std::string> keys;
    for (int i = 0; i < 5; ++i) {
        locals.push_back(t.connect());
        hosts.emplace_back(server.accept());
        const auto head = hosts.back().open();
        const auto at = head.find("Sec-WebSocket-Key: ");
        keys.insert(head.substr(at, head.find("\r\n", at) - at));
    }
    EXPECT_EQ(keys.size(), 5U); // a fresh one each
    for (std::size_t i = 0; i < locals.size(); ++i) {
        const auto text = "session " + std::to_string(i);
        locals[i].send(bytes_of(text));
        EXPECT_EQ(hosts[i].receive_data(text.size()), text);
        hosts[i].send(binary_frame, text);
        EXPECT_EQ(text_of(locals[i].receive(text.size())), text);
    }
}

TEST_F(tunnel_test, DeliversEverythingBothWaysWithAFreshKeyEachFrame) {
    running_tunnel t(config);
    auto local = t.connect();
    auto host = host_peer(server.accept());
    host.open();
    const auto all = pattern(3 << 20);
    std::thread up([&local, &all] {
        local.send(bytes_of(all));
        local.finish_sending();
    });
    EXPECT_TRUE(host.receive_data(all.size()) == all);
    EXPECT_EQ(host.receive().first, close_frame); // after all of it
    up.join();
    const std::set<std::string> keys(host.keys.begin(), host.keys.end());
    EXPECT_EQ(keys.size(), host.keys.size());
}

TEST_F(tunnel_test, LocalEofIsClose1000AndServersCloseEndsTheLocalConnectionAfterItsBytes) {
    running_tunnel t(config);
    {
        auto local = t.connect();
        auto host = host_peer(server.accept());
        host.open();
        local.finish_sending();
        const auto f = host.receive();
        EXPECT_EQ(f.first, close_frame);
        EXPECT_EQ(f.payload.substr(0, 2), close_text(1000));
        host.send(close_frame, close_text(1000));
        EXPECT_TRUE(host.tcp().is_closed_by_peer());
        EXPECT_TRUE(local.is_closed_by_peer());
        host.tcp().close();
        EXPECT_TRUE(says(t.lines.wait_for(" end "), "code=1000 closed_by=local"));
    }
    auto local = t.connect();
    auto host = host_peer(server.accept());
    host.open();
    const auto all = pattern(60'000);
    host.say(host_peer::plain_frame(binary_frame, all) +
             host_peer::plain_frame(close_frame, close_text(1011, "Target connection lost")));
    EXPECT_TRUE(text_of(local.receive_until_eof()) == all);
    EXPECT_EQ(host.receive(), (received_frame{close_frame, close_text(1011)}));
    local.close();
    host.tcp().close();
    EXPECT_TRUE(says(t.lines.wait_for(" end "),
                     "code=1011 closed_by=server reason=\"Target connection lost\""));
}

TEST_F(tunnel_test, AServerThatDropsTheConnectionEndsTheLocalOne) {
    running_tunnel t(config);
    auto local = t.connect();
    auto host = host_peer(server.accept());
    host.open();
    host.send(binary_frame, "last words");
    host.tcp().wait_until_delivered();
    EXPECT_EQ(text_of(local.receive(10)), "last words");
    host.tcp().reset();
    EXPECT_TRUE(local.is_closed_by_peer());
    local.close();
    EXPECT_TRUE(says(t.lines.wait_for(" end "), "code=1006 closed_by=server"));
}

TEST_F(tunnel_test, DropsTextAndEmptyFramesAnswersPings) {
    running_tunnel t(config);
    auto local = t.connect();
    auto host = host_peer(server.accept());
    host.open();
    host.send(text_frame, R"({"status":"ready","details":"Upstream socket connected"})");
    host.send(binary_frame, "");
    host.send(ping_frame, "are you there");
    host.send(binary_frame, "RFB 003.008\n");
    EXPECT_EQ(host.receive(), (received_frame{pong_frame, "are you there"}));
    EXPECT_EQ(text_of(local.receive(12)), "RFB 003.008\n");
    local.close();
    (void)host.receive();
    host.tcp().close();
    (void)t.lines.wait_for("text_dropped");
    EXPECT_TRUE(says(t.lines.wait_for(" end "), "down=12 "));
}

TEST_F(tunnel_test, AnswersPingsWhileTheWayUpIsStalled) {
    running_tunnel t(config);
    auto local = t.connect();
    auto host = host_peer(server.accept());
    host.open();
    // Until nothing more fits: a blocking write that waits shows that the tunnel pushes back.
    std::thread flood([&local] {
        const bytes piece(65536);
        try {
            for (;;) {
                local.send(piece);
            }
        } catch (const std::system_error&) { // shut down below
        }
    });
    for (int i = 0; i < 3; ++i) {
        host.send(ping_frame, std::to_string(i));
        auto f = host.receive();
        while (f.first == binary_frame) {
            f = host.receive();
        }
        EXPECT_EQ(f, (received_frame{pong_frame, std::to_string(i)}));
    }
    ::shutdown(local.native_handle(), SHUT_RDWR);
    flood.join();
}

TEST_F(tunnel_test, PingsAfterSilence) {
    config.ping = 20ms;
    running_tunnel t(config);
    auto local = t.connect();
    auto host = host_peer(server.accept());
    host.open();
    EXPECT_EQ(host.receive(), (received_frame{ping_frame, ""}));
    EXPECT_EQ(host.receive(), (received_frame{ping_frame, ""})); // mute servers may live
    host.send(binary_frame, "x");
    EXPECT_EQ(text_of(local.receive(1)), "x");
}

TEST_F(tunnel_test, NamesTheStageThatFailedAndLives) {
    struct row {
        const char* answer;
        const char* line;
    };

    running_tunnel t(config);
    for (const auto& [answer, line] : {
             row{"HTTP/1.1 404 Not Found\r\n\r\n", R"(stage="HTTP status" reason="404 Not Found)"},
             row{"SSH-2.0-x\r\n", R"(stage="HTTP status" reason="the server's answer: this is no)"},
             row{"", R"(stage="HTTP status" reason="the server closed the connection")"},
             row{"HTTP/1.1 101 X\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                 "Sec-WebSocket-Accept: AAAA\r\n\r\n",
                 R"(stage=accept reason="101 with a wrong Sec-WebSocket-Accept)"},
         }) {
        auto local = t.connect();
        auto host = host_peer(server.accept());
        (void)host.read_head();
        host.say(answer);
        host.tcp().finish_sending();
        const auto said = t.lines.wait_for("connect_failed");
        EXPECT_TRUE(says(said, line)) << said;
        EXPECT_TRUE(local.is_closed_by_peer());
    }
    auto local = t.connect();
    host_peer(server.accept()).open();
    (void)t.lines.wait_for(" start ");
}

TEST_F(tunnel_test, NamesTheStagesBeforeTheServer) {
    const auto failure = [](wsgate::tunnel_config c) {
        running_tunnel t(std::move(c));
        auto local = t.connect();
        const auto line = t.lines.wait_for("connect_failed");
        EXPECT_TRUE(local.is_closed_by_peer());
        return line;
    };
    auto nowhere = config;
    nowhere.url.host = "name.invalid";
    EXPECT_TRUE(says(failure(nowhere), "stage=DNS reason=\"name.invalid: "));
    auto refused = config;
    {
        const tcp_listener gone;
        refused.url.port = gone.port();
    }
    EXPECT_TRUE(says(failure(refused), "stage=TCP reason=\"127.0.0.1:"));
    auto mute = config; // accepted by the kernel, answered by nobody
    mute.timeout = 50ms;
    EXPECT_TRUE(says(failure(mute), "stage=\"HTTP status\" reason=\"no answer in time\""));
    mute.url.tls = true;
    EXPECT_TRUE(says(failure(mute), "stage=TLS reason=\"no answer in time\""));
    mute.proxy = wsgate::http_proxy{"127.0.0.1", server.port(), {}};
    EXPECT_TRUE(says(failure(mute), "stage=proxy reason=\"no answer in time\""));
}

TEST_F(tunnel_test, GoesThroughAProxyAndKeepsThePasswordFromTheServer) {
    config.proxy = wsgate::http_proxy{"127.0.0.1", server.port(), {"ann", "s3cret"}};
    config.url.host = "desk.invalid"; // only the proxy has to know it
    config.url.authority = "desk.invalid";
    config.url.port = 80;
    running_tunnel t(config);
    auto local = t.connect();
    auto host = host_peer(server.accept());
    EXPECT_EQ(host.read_head(), "CONNECT desk.invalid:80 HTTP/1.1\r\nHost: desk.invalid:80\r\n"
                                "Proxy-Authorization: Basic YW5uOnMzY3JldA==\r\n\r\n");
    host.say("HTTP/1.0 200\r\nProxy-Agent: old\r\n\r\n");
    const auto head = host.open();
    EXPECT_FALSE(says(head, "Authorization")) << head;
    local.send("hello"_bytes);
    EXPECT_EQ(host.receive_data(5), "hello");
    EXPECT_FALSE(says(t.lines.wait_for(" start "), "s3cret"));

    auto second = t.connect();
    auto refusing = host_peer(server.accept());
    (void)refusing.read_head();
    refusing.say("HTTP/1.1 407 No\r\nProxy-Authenticate: Basic realm=\"x\"\r\n"
                 "Content-Length: 4\r\n\r\nNo!\n");
    const auto line = t.lines.wait_for("connect_failed");
    EXPECT_TRUE(says(line, "stage=proxy reason=\"407, the proxy refuses this user name")) << line;
    EXPECT_TRUE(second.is_closed_by_peer());
}

TEST_F(tunnel_test, AnswersAProxysChallengeOnANewConnection) {
    config.proxy = wsgate::http_proxy{"127.0.0.1", server.port(), {"ann", "s3cret"}, true};
    running_tunnel t(config);
    auto local = t.connect();
    {
        auto asking = host_peer(server.accept());
        EXPECT_FALSE(says(asking.read_head(), "Authorization"));
        asking.say("HTTP/1.1 407 No\r\nProxy-Authenticate: Digest realm=\"r\", nonce=\"n\", "
                   "qop=\"auth\", algorithm=SHA-256\r\nContent-Length: 4\r\n\r\nNo!\n");
    }
    auto host = host_peer(server.accept());
    const auto head = host.read_head();
    EXPECT_TRUE(says(head, "Proxy-Authorization: Digest username=\"ann\", realm=\"r\"")) << head;
    host.say("HTTP/1.1 200 OK\r\n\r\n");
    EXPECT_FALSE(says(host.open(), "Authorization"));
    local.send("hello"_bytes);
    EXPECT_EQ(host.receive_data(5), "hello");

    auto second = t.connect();
    for (int i = 0; i < 2; ++i) {
        auto refusing = host_peer(server.accept());
        (void)refusing.read_head();
        refusing.say("HTTP/1.1 407 No\r\nProxy-Authenticate: Digest realm=\"r\", nonce=\"n\"\r\n"
                     "Content-Length: 0\r\n\r\n");
    }
    const auto line = t.lines.wait_for("connect_failed");
    EXPECT_TRUE(says(line, "stage=proxy reason=\"407, the proxy refuses this user name")) << line;
    EXPECT_TRUE(second.is_closed_by_peer());
}

TEST_F(tunnel_test, BytesBehindTheProxysAnswerAreTheServers) {
    config.proxy = wsgate::http_proxy{"127.0.0.1", server.port(), {}};
    running_tunnel t(config);
    auto local = t.connect();
    auto host = host_peer(server.accept());
    (void)host.read_head();
    // A server that speaks before it is asked: what it says is judged, not lost.
    host.say("HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 503 Too early\r\n\r\n");
    EXPECT_TRUE(says(t.lines.wait_for("connect_failed"), "503 Too early"));
}

TEST_F(tunnel_test, TriesAgainWithoutLosingABit) {
    config.retries = 3;
    config.first_pause = 10ms;
    running_tunnel t(config);
    auto local = t.connect();
    local.send("ID:1"_bytes);
    for (int i = 0; i < 2; ++i) {
        auto host = host_peer(server.accept());
        (void)host.read_head();
        host.say("HTTP/1.1 503 Later\r\n\r\n");
        EXPECT_TRUE(says(t.lines.wait_for("connect_failed"), "retry_in="));
    }
    auto host = host_peer(server.accept());
    host.open();
    EXPECT_EQ(host.receive_data(4), "ID:1");
}

TEST_F(tunnel_test, TriesNoMoreForWhoHasLeftAndNotForEver) {
    config.retries = 1;
    config.first_pause = 10ms;
    running_tunnel t(config);
    auto local = t.connect();
    for (int i = 0; i < 2; ++i) {
        auto host = host_peer(server.accept());
        (void)host.read_head();
        if (i == 1) {
            EXPECT_TRUE(says(t.lines.wait_for("connect_failed"), "retry_in=0.010"));
        }
        host.say("HTTP/1.1 503 Later\r\n\r\n");
    }
    EXPECT_FALSE(says(t.lines.wait_for("connect_failed"), "retry_in="));
    EXPECT_TRUE(local.is_closed_by_peer());

    auto leaving = t.connect();
    auto host = host_peer(server.accept());
    (void)host.read_head();
    leaving.reset();
    host.say("HTTP/1.1 503 Later\r\n\r\n");
    (void)t.lines.wait_for(" left session=2 ");
}

TEST_F(tunnel_test, OnceEndsAfterOneSessionNotAfterAFailure) {
    config.once = true;
    running_tunnel t(config);
    {
        auto local = t.connect();
        auto host = host_peer(server.accept());
        (void)host.read_head();
        host.tcp().close();
        EXPECT_TRUE(local.is_closed_by_peer());
    }
    auto local = t.connect();
    auto host = host_peer(server.accept());
    host.open();
    local.close();
    EXPECT_EQ(host.receive().first, close_frame);
    host.tcp().close();
    t.join();
    EXPECT_TRUE(t.has_carried());
}

TEST_F(tunnel_test, RefusesMoreThanItsLimit) {
    config.max_sessions = 1;
    running_tunnel t(config);
    auto first = t.connect();
    auto host = host_peer(server.accept());
    host.open();
    EXPECT_TRUE(t.connect().is_closed_by_peer());
    (void)t.lines.wait_for("too many sessions");
    first.send("x"_bytes);
    EXPECT_EQ(host.receive_data(1), "x");
}

TEST_F(tunnel_test, StopSaysGoodbye) {
    running_tunnel t(config);
    auto local = t.connect();
    auto host = host_peer(server.accept());
    host.open();
    auto waiting = t.connect(); // its WebSocket is not open yet
    auto mute = host_peer(server.accept());
    (void)mute.read_head();
    t.stop();
    EXPECT_EQ(host.receive(), (received_frame{close_frame, close_text(1001, "going away")}));
    host.send(close_frame, close_text(1001));
    EXPECT_TRUE(local.is_closed_by_peer());
    EXPECT_TRUE(waiting.is_closed_by_peer());
    local.close();
    host.tcp().close();
    t.join();
}

TEST_F(tunnel_test, SpeaksTlsToOurGateway) {
    const scratch_directory directory;
    const auto made = make_certificate(30, "IP:127.0.0.1");
    auto gate = loopback_gateway();
    const auto chain = directory.file("chain.pem", made.chain);
    gate.tls.certificates = {{chain, directory.file("key.pem", made.key)}};
    gate.server_target = {"127.0.0.1", server.port()};
    const running_gateway gateway(gate);
    config.url.tls = true;
    config.url.port = gateway.port();
    config.tls.http = true;
    config.tls.ca_file = chain;
    running_tunnel t(config);
    auto local = t.connect();
    local.send("ID:1"_bytes);
    auto far = server.accept();
    EXPECT_EQ(text_of(far.receive(4)), "ID:1");
    EXPECT_TRUE(says(t.lines.wait_for(" start "), "tls=TLSv1.3 subprotocol=binary"));
    const auto all = pattern(2 << 20);
    std::thread down([&far, &all] {
        far.send(bytes_of(all));
        far.finish_sending();
    });
    EXPECT_TRUE(text_of(local.receive_until_eof()) == all);
    down.join();
}

} // namespace tunnel_test
