// TLS: what is accepted, what is refused, and that sessions flow through it.
// SPDX-License-Identifier: EUPL-1.2
#include "tests/support/certificate.hpp"
#include "tests/wsgate/running_gateway.hpp"
#include "tests/wsgate/ws_peer.hpp"
#include "wsgate/tls.hpp"

#include <gtest/gtest.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <thread>

namespace {

using namespace std::chrono_literals;
using namespace support;

struct tls_options {
    int oldest = TLS1_2_VERSION;
    int newest = TLS1_3_VERSION;
    std::string alpn{}; ///< in the wire's form
    const char* ciphers = nullptr;
};

/// A blocking TLS client on a tcp_client.
class tls_client {
public:
    /// Throws where the handshake fails.
    explicit tls_client(tcp_client tcp, const tls_options& o = {})
        : tcp_(std::move(tcp)), context_(SSL_CTX_new(TLS_client_method()), SSL_CTX_free) {
        SSL_CTX_set_security_level(context_.get(), 0); // so that old versions are even tried
        SSL_CTX_set_min_proto_version(context_.get(), o.oldest);
        SSL_CTX_set_max_proto_version(context_.get(), o.newest);
        if (o.ciphers != nullptr && SSL_CTX_set_cipher_list(context_.get(), o.ciphers) != 1) {
            throw std::runtime_error("no such cipher");
        }
        ssl_ = {SSL_new(context_.get()), SSL_free};
        if (!o.alpn.empty()) {
            SSL_set_alpn_protos(ssl_.get(), reinterpret_cast<const unsigned char*>(o.alpn.data()),
                                static_cast<unsigned>(o.alpn.size()));
        }
        SSL_set_fd(ssl_.get(), tcp_.native_handle());
        ERR_clear_error();
        if (SSL_connect(ssl_.get()) != 1) {
            throw std::runtime_error("TLS handshake refused");
        }
    }

    void send(std::span<const std::byte> b) {
        std::size_t put = 0;
        if (!b.empty() && SSL_write_ex(ssl_.get(), b.data(), b.size(), &put) != 1) {
            throw std::runtime_error("SSL_write");
        }
    }

    [[nodiscard]] bytes receive(std::size_t size) {
        bytes all(size);
        std::size_t have = 0;
        while (have < size) {
            std::size_t got = 0;
            if (SSL_read_ex(ssl_.get(), all.data() + have, size - have, &got) != 1) {
                throw std::runtime_error("connection ended");
            }
            have += got;
        }
        return all;
    }

    /// The peer has ended with close_notify.
    [[nodiscard]] bool is_closed_by_notify() {
        std::byte one{};
        std::size_t got = 0;
        const int result = SSL_read_ex(ssl_.get(), &one, 1, &got);
        return result != 1 && SSL_get_error(ssl_.get(), result) == SSL_ERROR_ZERO_RETURN;
    }

    [[nodiscard]] std::string version() const { return SSL_get_version(ssl_.get()); }

    [[nodiscard]] std::string alpn() const {
        const unsigned char* name = nullptr;
        unsigned size = 0;
        SSL_get0_alpn_selected(ssl_.get(), &name, &size);
        return {name, name + size};
    }

    tcp_client& tcp() { return tcp_; }

private:
    tcp_client tcp_;
    std::shared_ptr<SSL_CTX> context_;
    std::shared_ptr<SSL> ssl_;
};

using tls_peer = ws_peer<tls_client>;

class tls_site : public testing::Test {
protected:
    void SetUp() override {
        std::string name = testing::TempDir() + "wsgate-tls-XXXXXX";
        ASSERT_NE(::mkdtemp(name.data()), nullptr);
        directory_ = name;
        const auto made = make_certificate();
        config = loopback_gateway();
        config.certificate = file("chain.pem", made.chain);
        config.key = file("key.pem", made.key);
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
        std::string all(4 << 20, ' ');
        for (std::size_t i = 0; i < all.size(); ++i) {
            all[i] = static_cast<char>(i * 13 + i / 257);
        }
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
    (void)gateway.lines.wait_for("tls_failed");
    EXPECT_THROW(tls_client(gateway.connect(), {TLS1_2_VERSION, TLS1_2_VERSION, "",
                                                "ECDHE-ECDSA-AES128-SHA:AES128-GCM-SHA256"}),
                 std::runtime_error);
    EXPECT_EQ(tls_client(gateway.connect(), {TLS1_2_VERSION, TLS1_2_VERSION}).version(), "TLSv1.2");

    config.tls_minimum = wsgate::tls_minimum::v1_3;
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
    client.open("/wsServer");
    auto far = target.accept();
    gateway.stop();
    EXPECT_EQ(client.receive(), (received_frame{close_frame, close_text(1001, "going away")}));
    client.send(close_frame, close_text(1001));
    EXPECT_TRUE(client.stream().is_closed_by_notify());
}

TEST_F(tls_site, TellsWhatIsWrongWithItsFiles) {
    const auto other = make_certificate();
    const auto expired = make_certificate(0);
    const auto both = file("both.pem", other.key + other.chain);
    const auto text = file("text", "no PEM");
    EXPECT_EQ(complaint(config.certificate, config.key), "none");
    EXPECT_EQ(complaint(both, ""), "none");
    EXPECT_NE(complaint("/none", config.key).find("/none"), std::string::npos);
    EXPECT_NE(complaint(text, config.key).find("certificate"), std::string::npos);
    EXPECT_NE(complaint(config.certificate, text).find("key"), std::string::npos);
    EXPECT_NE(complaint(config.certificate, both).find("key"), std::string::npos);
    EXPECT_NE(complaint(file("e.pem", expired.key + expired.chain), "").find("expired"),
              std::string::npos);
}
