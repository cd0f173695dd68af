// The opening of a WebSocket against a server, or its proxy, that breaks at every step of it.
// SPDX-License-Identifier: EUPL-1.2
#include "tests/support/descriptors.hpp"
#include "tests/support/result_of.hpp"
#include "tests/support/scratch_directory.hpp"
#include "tests/wsgate/scripted_tls.hpp"
#include "wsgate/tunnel/ws_client.hpp"
#include "wsgate/ws/server_handshake.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace ws_client_test {

namespace {

using namespace std::chrono_literals;
using namespace support;
using steps = std::vector<breaking_peer::step>;
using wsgate::ws_stage;

constexpr auto long_enough = 30s;

/// The answer to a request, in two pieces.
std::pair<std::string, std::string> pieces_of_101(const std::string& head) {
    const std::string name = "Sec-WebSocket-Key: ";
    const auto at = head.find(name) + name.size();
    return {"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n",
            "Sec-WebSocket-Accept: " +
                wsgate::accept_value(head.substr(at, head.find("\r\n", at) - at)) + "\r\n\r\n"};
}

void append(steps& to, steps more) {
    to.insert(to.end(), more.begin(), more.end());
}

void hear(tcp_client& from, tcp_listener& /*unused*/) {
    (void)receive_head(from);
}

/// A server's, on a connection that leads to it.
steps open_in_plain() {
    auto answer = std::make_shared<std::pair<std::string, std::string>>();
    return {[answer](tcp_client& c, tcp_listener&) { *answer = pieces_of_101(receive_head(c)); },
            [answer](tcp_client& c, tcp_listener&) { c.send(bytes_of(answer->first)); },
            [answer](tcp_client& c, tcp_listener&) { c.send(bytes_of(answer->second)); }};
}

steps open_by_tls(const certificate& ours) {
    const auto tls = std::make_shared<scripted_tls>(ours);
    const auto answer = std::make_shared<std::pair<std::string, std::string>>();
    const auto send = [tls](tcp_client& to, const std::string& text) {
        tls->say(text);
        tls->send(to, tls->to_send());
    };
    auto all = tls_handshake_of(tls);
    append(all,
           {[=](tcp_client& c, tcp_listener&) { *answer = pieces_of_101(tls->receive_head(c)); },
            [=](tcp_client& c, tcp_listener&) { send(c, answer->first); },
            [=](tcp_client& c, tcp_listener&) { send(c, answer->second); }});
    return all;
}

/// A proxy that wants a password by Digest: the second request comes on another connection.
steps let_through() {
    return {hear,
            say("HTTP/1.1 407 No\r\nProxy-Authenticate: Digest realm=\"r\", nonce=\"n\", "
                "qop=\"auth\", algorithm=SHA-256\r\n"),
            say("Content-Length: 0\r\n\r\n"),
            [](tcp_client& c, tcp_listener& l) { c = l.accept(); },
            hear,
            say("HTTP/1.1 200 OK\r\n"),
            say("\r\n")};
}

struct outcome {
    bool opened = false;
    ws_stage stage{};
    std::string why;
};

class ws_client_test : public testing::Test {
protected:
    /// Plays the story once for each of its steps, after which the peer breaks in every way, and
    /// once to its end. `stages`: of each step.
    void expect_one_failure_at_every_step(const std::function<steps()>& tell,
                                          const std::vector<ws_stage>& stages) {
        const auto count = tell().size();
        ASSERT_EQ(stages.size(), count);
        const auto whole = open(tell(), count, breaks::by_silence, long_enough);
        EXPECT_TRUE(whole.opened) << whole.why;
        const auto before = open_descriptors();
        for (std::size_t n = 0; n < count; ++n) {
            for (const auto how : all_breaks) {
                SCOPED_TRACE(testing::Message() << "step " << n << ", the peer " << how);
                const bool is_mute = how == breaks::by_silence;
                const auto got =
                    open(tell(), n, how, is_mute ? std::chrono::milliseconds(100) : long_enough);
                EXPECT_FALSE(got.opened);
                EXPECT_NE(got.why, "");
                EXPECT_EQ(got.why == "no answer in time", is_mute) << got.why;
                if (is_mute) { // others are noticed by whichever step comes first
                    EXPECT_LE(got.stage, stages.at(n)) << name_of(got.stage);
                }
                EXPECT_EQ(open_descriptors(), before);
            }
        }
    }

    wsgate::ws_way way_;
    certificate made_ = make_certificate(30, "IP:127.0.0.1");

private:
    [[nodiscard]] outcome open(steps story, std::size_t n, breaks how, net::clock::duration limit) {
        const breaking_peer peer(std::move(story), n, how);
        way_.url.host = "127.0.0.1";
        way_.url.port = peer.port();
        way_.url.authority = "desk.example";
        way_.url.target = "/wsServer";
        if (way_.proxy) {
            way_.proxy->port = peer.port();
        }
        net::event_loop context;
        wsgate::ws_opening opening(way_, net::clock::now() + limit);
        const bool opened = result_of(context, opening.run());
        return {opened, opening.stage(), opening.why()};
    }
};

} // namespace

TEST_F(ws_client_test, FailsOnceInWordsWhereverTheServerBreaks) {
    expect_one_failure_at_every_step(open_in_plain, std::vector(3, ws_stage::http_status));
}

TEST_F(ws_client_test, FailsOnceInWordsWhereverTheServerBreaksUnderTls) {
    const scratch_directory directory;
    wsgate::tls_client_options o;
    o.ca_file = directory.file("trusted.pem", made_.chain);
    const wsgate::tls_client client(o);
    way_.url.tls = true;
    way_.tls = &client;
    std::vector stages(4, ws_stage::tls);
    stages.resize(7, ws_stage::http_status);
    expect_one_failure_at_every_step([this] { return open_by_tls(made_); }, stages);
}

TEST_F(ws_client_test, FailsOnceInWordsWhereverTheProxyBreaks) {
    way_.proxy = wsgate::http_proxy{"127.0.0.1", 0, {"ann", "s3cret"}, true};
    std::vector stages(7, ws_stage::proxy);
    stages.resize(10, ws_stage::http_status);
    const auto story = [] {
        auto all = let_through();
        append(all, open_in_plain());
        return all;
    };
    expect_one_failure_at_every_step(story, stages);
}

} // namespace ws_client_test
