// TLS: what is accepted, what is refused, and that sessions flow through it.
// SPDX-License-Identifier: EUPL-1.2
#include "tests/support/certificate.hpp"
#include "tests/support/flood.hpp"
#include "tests/wsgate/running_gateway.hpp"
#include "tests/wsgate/tls_peer.hpp"
#include "tests/wsgate/ws_peer.hpp"
#include "wsgate/tls/server.hpp"

#include <gtest/gtest.h>
#include <openssl/ssl.h>

#include <filesystem>
#include <fstream>
#include <netinet/tcp.h>
#include <string>
#include <thread>

namespace tls_test {

namespace {

using namespace std::chrono_literals;
using namespace support;

class tls_site : public testing::Test {
protected:
    void SetUp() override {
        std::string name = testing::TempDir() + "wsgate-tls-XXXXXX";
        ASSERT_NE(::mkdtemp(name.data()), nullptr);
        directory_ = name;
        const auto made = make_certificate();
        config = loopback_gateway();
        config.tls.certificates = {{file("chain.pem", made.chain), file("key.pem", made.key)}};
        config.viewer_target = {"127.0.0.1", target.port()};
        config.server_target = {"127.0.0.1", target.port()};
    }

    void TearDown() override { std::filesystem::remove_all(directory_); }

    std::string file(const char* name, const std::string& text) {
        std::ofstream(directory_ / name) << text;
        return (directory_ / name).string();
    }

    /// What the operator is told.
    std::string complaint(const std::string& chain, const std::string& key) {
        try {
            wsgate::tls_options o;
            o.certificates = {{chain, key}};
            (void)wsgate::tls_server(o, std::make_shared<wsgate::ticket_ring>());
        } catch (const std::runtime_error& e) {
            return e.what();
        }
        return "none";
    }

    tcp_listener target;
    wsgate::config config;
    std::filesystem::path directory_;
};

} // namespace

TEST_F(tls_site, CarriesSessionsAndClosesWithNotify) {
    running_gateway gateway(config);
    for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
        tls_peer client(tls_client(gateway.connect(), {version, version}));
        client.open("/websockify");
        auto far = target.accept();
        const auto all = pattern(4 << 20);
        std::thread echo([&far, &all] {
            far.send(far.receive(all.size()));
            far.finish_sending();
        });
        // Up whole, then down: a blocking client cannot do both at once.
        client.send(binary_frame, all);
        EXPECT_TRUE(client.receive_data(all.size()) == all);
        EXPECT_EQ(client.receive(),
                  (received_frame{close_frame, close_text(1000, "Target closed")}));
        client.send(close_frame, close_text(1000));
        EXPECT_TRUE(client.stream().is_closed_by_notify());
        echo.join();
        const auto line = gateway.lines.wait_for(" start ");
        EXPECT_NE(line.find("tls=" + client.stream().version()), std::string::npos) << line;
    }
}

TEST_F(tls_site, ManySmallFramesInOneRecordAndAClientWithoutNotify) {
    const running_gateway gateway(config);
    tls_peer client(tls_client(gateway.connect()));
    bytes all = bytes_of(opening_request("/websockify"));
    for (int i = 0; i < 100; ++i) {
        const auto f = masked_frame(binary_frame, "0123456789");
        all.insert(all.end(), f.begin(), f.end());
    }
    client.stream().send(all);
    auto far = target.accept();
    EXPECT_EQ(far.receive(1000).size(), 1000U);
    client.stream().tcp().finish_sending(); // bare FIN
    EXPECT_TRUE(far.is_closed_by_peer());
}

TEST_F(tls_site, AnEndBehindDataInOneSegmentIsHeard) {
    const running_gateway gateway(config);
    tls_peer client(tls_client(gateway.connect()));
    client.open("/websockify");
    auto far = target.accept();
    const int fd = client.stream().tcp().native_handle();
    int cork = 1;
    ::setsockopt(fd, IPPROTO_TCP, TCP_CORK, &cork, sizeof cork);
    client.send(binary_frame, "last words");
    client.stream().say_end(); // and TCP stays as it is
    cork = 0;
    ::setsockopt(fd, IPPROTO_TCP, TCP_CORK, &cork, sizeof cork);
    EXPECT_EQ(far.receive(10), bytes_of("last words"));
    EXPECT_TRUE(far.is_closed_by_peer());
    EXPECT_TRUE(client.stream().is_closed_by_notify());
}

TEST_F(tls_site, ATargetThatTalksGetsTheLastWordsOfWhoLeaves) {
    const running_gateway gateway(config);
    for (int round = 0; round < 20; ++round) {
        tls_peer client(tls_client(gateway.connect()));
        client.open("/websockify");
        auto far = target.accept();
        const flood talk(far);
        client.send(binary_frame, "last words");
        client.send(close_frame, close_text(1000));
        client.stream().tcp().wait_until_delivered();
        client.stream().tcp().close();
        ASSERT_EQ(text_of(far.receive(10)), "last words") << round;
    }
}

TEST_F(tls_site, WhoDoesNotAnswerACloseGetsANotifyToo) {
    config.bridge.close = std::chrono::milliseconds(50);
    const running_gateway gateway(config);
    tls_peer client(tls_client(gateway.connect()));
    client.open("/websockify");
    target.accept().close();
    EXPECT_EQ(client.receive().first, close_frame);
    EXPECT_TRUE(client.stream().is_closed_by_notify());
}

TEST_F(tls_site, PingsAreAnsweredWhileADownstreamFloodRuns) {
    const running_gateway gateway(config);
    tls_peer client(tls_client(gateway.connect()));
    client.open("/websockify");
    auto far = target.accept();
    std::thread flood([&far] {
        const bytes piece(65536);
        try {
            for (;;) {
                far.send(piece);
            }
        } catch (const std::system_error&) { // shut down below
        }
    });
    for (int i = 0; i < 5; ++i) {
        client.send(ping_frame, std::to_string(i));
        auto f = client.receive();
        while (f.first == binary_frame) {
            f = client.receive();
        }
        EXPECT_EQ(f, (received_frame{pong_frame, std::to_string(i)}));
    }
    ::shutdown(far.native_handle(), SHUT_RDWR);
    flood.join();
}

TEST_F(tls_site, RefusesWhatIsTooOld) {
    running_gateway gateway(config);
    EXPECT_THROW(tls_client(gateway.connect(), {TLS1_VERSION, TLS1_1_VERSION}), std::runtime_error);
    EXPECT_NE(gateway.lines.wait_for(" info tls_failed ").find("--ssl-version"), std::string::npos);
    EXPECT_THROW(tls_client(gateway.connect(), {TLS1_2_VERSION, TLS1_2_VERSION, "",
                                                "ECDHE-ECDSA-AES128-SHA:AES128-GCM-SHA256"}),
                 std::runtime_error);
    EXPECT_EQ(tls_client(gateway.connect(), {TLS1_2_VERSION, TLS1_2_VERSION}).version(), "TLSv1.2");

    config.tls.minimum = wsgate::tls_minimum::v1_3;
    const running_gateway strict(config);
    EXPECT_THROW(tls_client(strict.connect(), {TLS1_2_VERSION, TLS1_2_VERSION}),
                 std::runtime_error);
    EXPECT_EQ(tls_client(strict.connect()).version(), "TLSv1.3");
}

TEST_F(tls_site, ChoosesHttp11OrNothing) {
    using namespace std::string_literals;
    const running_gateway gateway(config);
    const auto chosen = [&gateway](const std::string& offered) {
        return tls_client(gateway.connect(), {TLS1_2_VERSION, TLS1_3_VERSION, offered}).alpn();
    };
    EXPECT_EQ(chosen("\x02h2\x08http/1.1"), "http/1.1");
    EXPECT_EQ(chosen("\x08http/1.1"), "http/1.1");
    EXPECT_EQ(chosen("\x02h2"), "");
    EXPECT_EQ(chosen(""), "");
}

TEST_F(tls_site, AnswersPlainHttpInPlain) {
    const running_gateway gateway(config);
    plain_peer peer(gateway.connect());
    peer.stream().send("GET / HTTP/1.1\r\nHost: h\r\n\r\n"_bytes);
    EXPECT_TRUE(peer.read_head().starts_with("HTTP/1.1 400 Bad Request\r\n"));
    EXPECT_EQ(text_of(peer.stream().receive_until_eof()), "This port speaks HTTPS only\n");
    auto garbage = gateway.connect();
    garbage.send("\x01\x02\x03garbage that is no TLS"_bytes);
    EXPECT_THROW(
        for (;;) { (void)garbage.receive(1); }, std::runtime_error);
}

TEST_F(tls_site, TheHandshakeMustComeInTime) {
    config.limits.handshake = 50ms;
    const running_gateway gateway(config);
    EXPECT_TRUE(gateway.connect().is_closed_by_peer());
    plain_peer partial(gateway.connect());
    partial.stream().send("\x16\x03\x01"_bytes);
    EXPECT_TRUE(partial.stream().is_closed_by_peer());
    tls_client silent(gateway.connect());   // the same limit covers the request
    (void)silent.tcp().receive_until_eof(); // tickets, and then the end
}

TEST_F(tls_site, StopReachesSessions) {
    running_gateway gateway(config);
    tls_peer client(tls_client(gateway.connect()));
    client.open("/wsClient");
    auto far = target.accept();
    gateway.stop();
    EXPECT_EQ(client.receive(), (received_frame{close_frame, close_text(1001, "going away")}));
    client.send(close_frame, close_text(1001));
    EXPECT_TRUE(client.stream().is_closed_by_notify());
}

TEST_F(tls_site, TellsWhatIsWrongWithItsFiles) {
    const auto ours = config.tls.certificates.front();
    const auto other = make_certificate();
    const auto expired = make_certificate(0);
    const auto both = file("both.pem", other.key + other.chain);
    const auto text = file("text", "no PEM");
    EXPECT_EQ(complaint(ours.chain, ours.key), "none");
    EXPECT_EQ(complaint(both, ""), "none");
    EXPECT_NE(complaint("/none", ours.key).find("/none"), std::string::npos);
    EXPECT_NE(complaint(text, ours.key).find("certificate"), std::string::npos);
    EXPECT_NE(complaint(ours.chain, text).find("key"), std::string::npos);
    EXPECT_NE(complaint(ours.chain, both).find("key"), std::string::npos);
    EXPECT_NE(complaint(file("e.pem", expired.key + expired.chain), "").find("expired"),
              std::string::npos);
}

TEST_F(tls_site, TheFirstByteTellsTlsFromPlain) {
    config.listen.front().speaks = wsgate::speech::sniffed;
    const running_gateway gateway(config);
    tls_peer secret(tls_client(gateway.connect()));
    secret.open("/websockify");
    auto far = target.accept();
    secret.send(binary_frame, "over TLS");
    EXPECT_EQ(text_of(far.receive(8)), "over TLS");

    plain_peer open(gateway.connect());
    open.open("/websockify");
    auto other = target.accept();
    open.send(binary_frame, "in plain");
    EXPECT_EQ(text_of(other.receive(8)), "in plain");

    auto gone = gateway.connect(); // without a byte
    gone.finish_sending();
    EXPECT_TRUE(gone.is_closed_by_peer());
}

TEST_F(tls_site, TheFirstByteMustComeInTime) {
    config.listen.front().speaks = wsgate::speech::sniffed;
    config.limits.handshake = 50ms;
    const running_gateway gateway(config);
    EXPECT_TRUE(gateway.connect().is_closed_by_peer());
}

TEST_F(tls_site, WhateverTheFirstBytesAreTheGatewayLives) {
    config.listen.front().speaks = wsgate::speech::sniffed;
    const running_gateway gateway(config);
    for (unsigned first = 0; first < 256; ++first) {
        auto hostile = gateway.connect();
        auto garbage = bytes(300, std::byte{0xff});
        garbage[0] = std::byte(first);
        hostile.send(garbage);
        hostile.finish_sending();
        try {
            (void)hostile.receive_until_eof();
        } catch (const std::system_error& e) { // a reset is an end as well
            EXPECT_EQ(e.code().value(), ECONNRESET) << first;
        }
    }
    EXPECT_TRUE(target.is_quiet());
    tls_peer client(tls_client(gateway.connect()));
    client.open("/websockify");
}

TEST_F(tls_site, OfThoseWhoseFirstByteIsWaitedForTheOldestGoesFirst) {
    config.listen.front().speaks = wsgate::speech::sniffed;
    config.access.limits.handshakes = 2;
    config.limits.handshake = 60s; // nobody is dropped for being slow
    config.threads = 1;            // they stand in line in the order in which they came
    running_gateway gateway(config);
    auto silent = gateway.connect();
    auto half = gateway.connect();
    half.send("\x16\x03\x01\x02"_bytes);
    tls_peer third(tls_client(gateway.connect()));
    EXPECT_TRUE(silent.is_closed_by_peer());
    third.open("/websockify");
    EXPECT_TRUE(half.is_quiet());
    plain_peer fourth(gateway.connect());
    auto fifth = gateway.connect();
    EXPECT_TRUE(half.is_closed_by_peer());
    fourth.open("/websockify");
}

TEST_F(tls_site, AStopEndsTheWaitForTheFirstByte) {
    config.listen.front().speaks = wsgate::speech::sniffed;
    config.limits.stop = 60s; // nothing is cut off in this time
    running_gateway gateway(config);
    auto silent = gateway.connect();
    plain_peer asks(gateway.connect()); // accepted later: the silent one is in by then
    asks.stream().send("GET /healthz HTTP/1.1\r\nHost: h\r\n\r\n"_bytes);
    EXPECT_TRUE(asks.read_head().starts_with("HTTP/1.1 200"));
    gateway.stop();
    EXPECT_TRUE(silent.is_closed_by_peer());
    gateway.join();
}

TEST_F(tls_site, APlainListenerStaysPlainBesideACertificate) {
    config.listen.front().speaks = wsgate::speech::plain;
    const running_gateway gateway(config);
    plain_peer open(gateway.connect());
    open.open("/websockify");
    EXPECT_THROW(tls_client(gateway.connect()), std::runtime_error);
}

TEST_F(tls_site, APathMayNeedACertificate) {
    const auto ca = make_certificate({.common_name = "CA", .is_ca = true});
    const auto pc7 = make_certificate({.common_name = "pc7", .signed_by = &ca});
    const auto pc8 = make_certificate({.common_name = "pc8", .signed_by = &ca});
    config.tls.client_ca_file = file("ca.pem", ca.chain);
    config.tls.clients = wsgate::client_certificates::required;
    config.client_rules.by_path["/wsServer"] = {wsgate::client_certificates::required, {"pc7"}};
    running_gateway gateway(config);
    const auto answer_to = [&gateway](const certificate* who, const char* path) {
        tls_peer client(tls_client(gateway.connect(), {.identity = who}));
        client.stream().send(bytes_of(opening_request(path)));
        return client.read_head().substr(9, 3);
    };
    EXPECT_EQ(answer_to(nullptr, "/wsServer"), "403");
    (void)gateway.lines.wait_for("denied");
    EXPECT_EQ(answer_to(&pc8, "/wsServer"), "403");
    EXPECT_EQ(answer_to(&pc8, "/wsServer/"), "403");
    EXPECT_EQ(answer_to(&pc8, "/ws%53erver"), "403");
    EXPECT_TRUE(target.is_quiet());
    EXPECT_EQ(answer_to(&pc7, "/wsServer"), "101");
    EXPECT_NE(gateway.lines.wait_for(" start ").find(" certificate=pc7"), std::string::npos);
    EXPECT_EQ(answer_to(nullptr, "/websockify"), "101");
    EXPECT_EQ(gateway.lines.wait_for(" start ").find("certificate"), std::string::npos);
}

TEST_F(tls_site, EverybodyMayNeedACertificate) {
    const auto ca = make_certificate({.common_name = "CA", .is_ca = true});
    const auto pc7 = make_certificate({.common_name = "pc7", .signed_by = &ca});
    config.tls.client_ca_file = file("ca.pem", ca.chain);
    config.tls.clients = wsgate::client_certificates::required;
    config.tls.every_place_requires = true;
    config.client_rules.all.ask = wsgate::client_certificates::required;
    running_gateway gateway(config);
    tls_peer known(tls_client(gateway.connect(), {.identity = &pc7}));
    known.open("/websockify");
    // In TLS 1.2 the client hears of it in the handshake.
    EXPECT_THROW(tls_client(gateway.connect(), {TLS1_2_VERSION, TLS1_2_VERSION}),
                 std::runtime_error);
    EXPECT_NE(gateway.lines.wait_for(" info tls_failed ").find("--verify-client"),
              std::string::npos);
}

TEST_F(tls_site, NewFilesAreTakenAndSessionsStay) {
    running_gateway gateway(config);
    tls_peer before(tls_client(gateway.connect()));
    before.open("/websockify");
    auto far = target.accept();
    EXPECT_EQ(before.stream().server(), "localhost");

    const auto renewed = make_certificate({.common_name = "renewed"});
    const auto& ours = config.tls.certificates.front();
    std::ofstream(ours.chain) << renewed.chain; // without its key
    gateway.reload();
    EXPECT_NE(gateway.lines.wait_for("reload_failed").find("do not belong together"),
              std::string::npos);
    EXPECT_EQ(tls_client(gateway.connect()).server(), "localhost");

    std::ofstream(ours.key) << renewed.key;
    gateway.reload();
    (void)gateway.lines.wait_for(" reloaded");
    EXPECT_EQ(tls_client(gateway.connect()).server(), "renewed");
    before.send(binary_frame, "still here");
    EXPECT_EQ(text_of(far.receive(10)), "still here");
}

TEST_F(tls_site, ANewClientCaIsTaken) {
    const auto old_ca = make_certificate({.common_name = "CA", .is_ca = true});
    const auto new_ca = make_certificate({.common_name = "CA", .is_ca = true});
    const auto one = make_certificate({.common_name = "one", .signed_by = &old_ca});
    const auto other = make_certificate({.common_name = "other", .signed_by = &new_ca});
    config.tls.client_ca_file = file("ca.pem", old_ca.chain);
    config.tls.clients = wsgate::client_certificates::required;
    config.client_rules.all.ask = wsgate::client_certificates::required;
    running_gateway gateway(config);
    const auto admits = [&gateway](const certificate& who) {
        try {
            tls_peer client(tls_client(gateway.connect(), {.identity = &who}));
            client.stream().send(bytes_of(opening_request("/websockify")));
            return client.read_head().substr(9, 3) == "101";
        } catch (const std::runtime_error&) { // it hears of it in the handshake, or behind it
            return false;
        }
    };
    EXPECT_TRUE(admits(one));
    EXPECT_FALSE(admits(other));
    (void)file("ca.pem", new_ca.chain);
    gateway.reload();
    (void)gateway.lines.wait_for(" reloaded");
    EXPECT_FALSE(admits(one));
    EXPECT_TRUE(admits(other));
    (void)file("ca.pem", "no certificate");
    gateway.reload();
    (void)gateway.lines.wait_for("reload_failed");
    EXPECT_TRUE(admits(other)) << "what was there is kept";
}

TEST_F(tls_site, ChangedFilesAreNoticed) {
    config.tls.watch = 5ms;
    running_gateway gateway(config);
    EXPECT_EQ(tls_client(gateway.connect()).server(), "localhost");
    const auto renewed = make_certificate({.common_name = "renewed"});
    const auto both = file("both.tmp", renewed.chain + renewed.key);
    // The watch sees the key before the certificate, or both: either way the end is the same.
    std::filesystem::copy_file(both, config.tls.certificates.front().key,
                               std::filesystem::copy_options::overwrite_existing);
    std::filesystem::copy_file(both, config.tls.certificates.front().chain,
                               std::filesystem::copy_options::overwrite_existing);
    (void)gateway.lines.wait_for(" reloaded");
    EXPECT_EQ(tls_client(gateway.connect()).server(), "renewed");
}

TEST_F(tls_site, ChangesRightBehindAReloadAreNoticedToo) {
    config.tls.watch = 300ms; // so that most of this happens before the next look
    running_gateway gateway(config);
    const auto replace = [this](const char* name) {
        const auto made = make_certificate({.common_name = name});
        const auto both = file("both.tmp", made.chain + made.key);
        const auto& used = config.tls.certificates.front();
        std::filesystem::copy_file(both, used.key,
                                   std::filesystem::copy_options::overwrite_existing);
        std::filesystem::rename(both, used.chain);
    };
    replace("second");
    gateway.reload();
    (void)gateway.lines.wait_for(" reloaded");
    replace("third");
    while (tls_client(gateway.connect()).server() != "third") {
        (void)gateway.lines.wait_for(" reloaded"); // throws where none comes
    }
}

TEST_F(tls_site, ReloadsDecideWhatIsWatched) {
    config.tls.watch = 0ms;
    running_gateway gateway(config);
    auto next = config;
    next.tls.watch = 5ms;
    gateway.reload(next);
    (void)gateway.lines.wait_for(" reloaded");
    std::ofstream(config.tls.certificates.front().chain, std::ios::app) << '\n';
    (void)gateway.lines.wait_for(" reloaded");
    gateway.reload(config);
    (void)gateway.lines.wait_for(" reloaded");
}

TEST_F(tls_site, WarnsAtTheStart) {
    const auto soon = make_certificate(5);
    config.tls.certificates = {{file("soon.pem", soon.chain), file("soon.key", soon.key)}};
    running_gateway gateway(config);
    EXPECT_NE(gateway.lines.wait_for(" ends in ").find("soon.pem ends in 3 days"),
              std::string::npos);
}

namespace {

/// A gateway in front of a gateway: the latter's TLS is the former's target.
class tls_target : public tls_site {
protected:
    void SetUp() override {
        tls_site::SetUp();
        const auto good = make_certificate({.alternative_names = "IP:127.0.0.1"});
        config.tls.certificates = {{file("far.pem", good.chain), file("far.key", good.key)}};
        far_.emplace(config);
        front_ = loopback_gateway();
        front_.viewer_target = {"127.0.0.1", far_->port(), {}, true};
        front_.target_tls.ca_file = file("far.pem", good.chain);
    }

    std::optional<running_gateway> far_;
    wsgate::config front_;
};

} // namespace

TEST_F(tls_target, IsSpokenToWhenItIsWhoItShouldBe) {
    const running_gateway gateway(front_);
    plain_peer client(gateway.connect());
    client.open("/websockify");
    client.send(binary_frame, "GET /healthz HTTP/1.1\r\nHost: h\r\n\r\n");
    EXPECT_TRUE(client.receive_data(12).starts_with("HTTP/1.1 200"));
}

TEST_F(tls_target, MayBeATokens) {
    const auto at = "127.0.0.1:" + std::to_string(far_->port());
    front_.viewer_target = {"127.0.0.1", target.port()};
    front_.access.tokens.what = wsgate::token_options::kind::file;
    front_.access.tokens.path = file("tokens", "tls: tls:" + at + "\nplain: " + at + "\n");
    const running_gateway gateway(front_);
    const auto answer_to = [](const running_gateway& through, const char* path) {
        plain_peer client(through.connect());
        client.open(path);
        client.send(binary_frame, "GET /healthz HTTP/1.1\r\nHost: h\r\n\r\n");
        return client.receive_data(12);
    };
    EXPECT_TRUE(answer_to(gateway, "/websockify?token=tls").starts_with("HTTP/1.1 200"));
    EXPECT_TRUE(answer_to(gateway, "/websockify?token=plain").starts_with("HTTP/1.1 400"));
    front_.access.tokens.tls = true; // --ssl-target
    const running_gateway all(front_);
    EXPECT_TRUE(answer_to(all, "/websockify?token=plain").starts_with("HTTP/1.1 200"));
    EXPECT_TRUE(target.is_quiet());
}

TEST_F(tls_target, IsLeftAloneOtherwise) {
    const auto stranger = make_certificate({.alternative_names = "IP:127.0.0.1"});
    front_.target_tls.ca_file = file("stranger.pem", stranger.chain);
    running_gateway gateway(front_);
    plain_peer client(gateway.connect());
    client.open("/websockify");
    EXPECT_EQ(
        client.receive(),
        (received_frame{close_frame, close_text(1011, "Failed to connect to downstream server")}));
    client.send(close_frame, close_text(1011));
    EXPECT_NE(gateway.lines.wait_for(" end ").find("TLS: "), std::string::npos);
}

TEST_F(tls_target, IsBelievedWhereThatWasAskedFor) {
    front_.target_tls = {"", true};
    running_gateway gateway(front_);
    (void)gateway.lines.wait_for("--target-insecure");
    plain_peer client(gateway.connect());
    client.open("/websockify");
    client.send(binary_frame, "GET /healthz HTTP/1.1\r\nHost: h\r\n\r\n");
    EXPECT_TRUE(client.receive_data(12).starts_with("HTTP/1.1 200"));
}

} // namespace tls_test
