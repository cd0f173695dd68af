// Outgoing TLS: whom it believes, whom it does not, and what it says then.
// SPDX-License-Identifier: EUPL-1.2
#include "net/event_loop.hpp"
#include "tests/support/certificate.hpp"
#include "tests/support/scratch_directory.hpp"
#include "tests/support/tcp_client.hpp"
#include "wsgate/tls/client.hpp"

#include <boost/asio/co_spawn.hpp>
#include <gtest/gtest.h>
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <array>
#include <fcntl.h>
#include <optional>
#include <string>
#include <thread>

namespace client_test {

namespace {

using namespace support;
using namespace std::chrono_literals;

/// The pin of a certificate in PEM, computed by other means than those under test.
std::string pin_of(const std::string& pem) {
    BIO* const bio = BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()));
    X509* const x509 = PEM_read_bio_X509(bio, nullptr, nullptr, nullptr);
    BIO* const der = BIO_new(BIO_s_mem());
    i2d_PUBKEY_bio(der, X509_get0_pubkey(x509));
    char* data = nullptr;
    const auto size = BIO_get_mem_data(der, &data);
    std::array<unsigned char, 32> digest{};
    EVP_Digest(data, static_cast<std::size_t>(size), digest.data(), nullptr, EVP_sha256(), nullptr);
    std::array<unsigned char, 64> text{};
    const auto length = EVP_EncodeBlock(text.data(), digest.data(), digest.size());
    BIO_free_all(der);
    X509_free(x509);
    BIO_free_all(bio);
    return {text.begin(), text.begin() + length};
}

/// A TLS server for one connection: shakes hands, sends one word, waits for the client's end.
class one_server {
public:
    explicit one_server(const std::string& certificate, int verify = SSL_VERIFY_NONE,
                        const std::string& client_ca = "", int newest = TLS1_3_VERSION) {
        context_.reset(SSL_CTX_new(TLS_server_method()));
        SSL_CTX_set_max_proto_version(context_.get(), newest);
        SSL_CTX_set_security_level(context_.get(), 0); // so that old certificates are shown
        SSL_CTX_use_certificate_chain_file(context_.get(), certificate.c_str());
        SSL_CTX_use_PrivateKey_file(context_.get(), certificate.c_str(), SSL_FILETYPE_PEM);
        if (!client_ca.empty()) {
            SSL_CTX_load_verify_file(context_.get(), client_ca.c_str());
        }
        SSL_CTX_set_verify(context_.get(), verify, nullptr);
        // What the macros of these would do with casts of C.
        SSL_CTX_callback_ctrl(context_.get(), SSL_CTRL_SET_TLSEXT_SERVERNAME_CB,
                              reinterpret_cast<void (*)()>(note_name));
        SSL_CTX_ctrl(context_.get(), SSL_CTRL_SET_TLSEXT_SERVERNAME_ARG, 0, &asked_for);
        thread_ = std::thread([this] { run(); });
    }

    one_server(const one_server&) = delete;
    one_server& operator=(const one_server&) = delete;

    ~one_server() { join(); }

    void join() {
        if (thread_.joinable()) {
            thread_.join();
        }
    }

    [[nodiscard]] std::uint16_t port() const { return listener_.port(); }

    // Of interest after join().
    std::string asked_for; ///< by SNI
    bool ended_in_order = false;

private:
    static int note_name(SSL* ssl, int* /*alert*/, void* to) {
        const char* const name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
        *static_cast<std::string*>(to) = name == nullptr ? "" : name;
        return SSL_TLSEXT_ERR_OK;
    }

    void run() {
        auto peer = listener_.accept();
        const std::shared_ptr<SSL> ssl(SSL_new(context_.get()), SSL_free);
        SSL_set_fd(ssl.get(), peer.native_handle());
        if (SSL_accept(ssl.get()) != 1) {
            return;
        }
        SSL_write(ssl.get(), "hello", 5);
        char byte = 0;
        const int result = SSL_read(ssl.get(), &byte, 1);
        ended_in_order = result <= 0 && SSL_get_error(ssl.get(), result) == SSL_ERROR_ZERO_RETURN;
    }

    tcp_listener listener_;
    wsgate::tls_context context_;
    std::thread thread_;
};

boost::asio::awaitable<void> try_it(const wsgate::tls_client& client, net::connection c,
                                    std::string host, std::chrono::milliseconds limit,
                                    std::string& outcome) {
    auto socket = std::make_unique<net::tcp_stream>(co_await boost::asio::this_coro::executor, c);
    auto got =
        co_await client.secure(std::move(socket), std::move(host), net::clock::now() + limit);
    if (!got.stream) {
        outcome = got.problem;
        co_return;
    }
    while (outcome.size() < 5) {
        (void)co_await got.stream->wait(net::readiness::read);
        std::array<std::byte, 16> buffer{};
        const auto read = got.stream->read_some(buffer);
        if (read.error && !read.would_block()) {
            outcome = read.error.message();
            co_return;
        }
        for (std::size_t i = 0; i < read.bytes; ++i) {
            outcome += static_cast<char>(buffer[i]);
        }
    }
    got.stream->shutdown_send();
}

/// "hello", or the problem.
std::string outcome_of(const wsgate::tls_client_options& o, std::uint16_t port,
                       const std::string& host, std::chrono::milliseconds limit = 10s) {
    const wsgate::tls_client client(o);
    tcp_client tcp(port);
    net::connection c{net::unique_fd{::fcntl(tcp.native_handle(), F_DUPFD_CLOEXEC, 0)}, {}, {}};
    ::fcntl(c.socket.get(), F_SETFL, O_NONBLOCK);
    tcp.close();
    net::event_loop context;
    std::string outcome;
    boost::asio::co_spawn(context, try_it(client, std::move(c), host, limit, outcome),
                          [](const std::exception_ptr& e) {
                              if (e) {
                                  std::rethrow_exception(e);
                              }
                          });
    context.run();
    return outcome;
}

class tls_client_test : public testing::Test {
protected:
    scratch_directory directory;
    certificate made =
        make_certificate(30, "DNS:desk.example,DNS:*.wild.example,IP:127.0.0.1,IP:::1");
    std::string served = directory.file("served.pem", made.key + made.chain);
    std::string trusted = directory.file("trusted.pem", made.chain);

    wsgate::tls_client_options trusting() {
        wsgate::tls_client_options o;
        o.ca_file = trusted;
        return o;
    }

    std::string served_by_this(const wsgate::tls_client_options& o, const std::string& host) {
        one_server server(served);
        return outcome_of(o, server.port(), host);
    }
};

std::string complaint_of(const wsgate::tls_client_options& o) {
    try {
        const wsgate::tls_client client(o);
    } catch (const std::runtime_error& e) {
        return e.what();
    }
    return "none";
}

} // namespace

TEST_F(tls_client_test, TheNameMustBeTheCertificates) {
    struct row {
        const char* host;
        const char* outcome;
        const char* asked_for;
    };

    constexpr auto wrong_name = "hostname mismatch";
    constexpr auto wrong_address = "IP address mismatch";
    for (const auto& [host, outcome, asked_for] : {
             row{"desk.example", "hello", "desk.example"},
             row{"DESK.example", "hello", "DESK.example"},
             row{"desk.example.", "hello", "desk.example"},
             row{"a.wild.example", "hello", "a.wild.example"},
             row{"a.b.wild.example", wrong_name, "a.b.wild.example"},
             row{"other.example", wrong_name, "other.example"},
             row{"localhost", wrong_name, "localhost"}, // the subject counts only without names
             row{"127.0.0.1", "hello", ""},             // addresses are never sent as a name
             row{"::1", "hello", ""}, row{"127.0.0.2", wrong_address, ""},
             row{"::1%1", "hello", ""}, // a zone is of this machine alone
         }) {
        one_server server(served);
        EXPECT_EQ(outcome_of(trusting(), server.port(), host), outcome) << host;
        server.join();
        EXPECT_EQ(server.asked_for, asked_for) << host;
        EXPECT_EQ(server.ended_in_order, outcome == std::string{"hello"}) << host;
    }
}

TEST_F(tls_client_test, TheChainMustBeTrusted) {
    auto o = trusting();
    o.ca_file = directory.file("other.pem", make_certificate().chain);
    EXPECT_EQ(served_by_this(o, "desk.example"), "self-signed certificate");
    o.ca_file.clear(); // the system knows it no more
    EXPECT_EQ(served_by_this(o, "desk.example"), "self-signed certificate");
    o.verify = false;
    EXPECT_EQ(served_by_this(o, "desk.example"), "hello");
    EXPECT_EQ(served_by_this(o, "other.example"), "hello");
}

TEST_F(tls_client_test, TheSystemsStoreIsOpenssls) {
    ::setenv("SSL_CERT_FILE", trusted.c_str(), 1);
    EXPECT_EQ(served_by_this({}, "desk.example"), "hello");
    ::unsetenv("SSL_CERT_FILE");
}

TEST_F(tls_client_test, PinsHoldBesideAndInsteadOfTheChain) {
    const auto right = pin_of(made.chain);
    const auto wrong = pin_of(make_certificate().chain);
    constexpr auto unknown = "the server's key is none of the pinned ones";
    for (const bool verify : {true, false}) {
        auto o = trusting();
        o.verify = verify;
        o.pins = {"sha256//" + right};
        EXPECT_EQ(served_by_this(o, "desk.example"), "hello");
        o.pins = {wrong, "sha256/" + right};
        EXPECT_EQ(served_by_this(o, "desk.example"), "hello");
        o.pins = {wrong};
        EXPECT_EQ(served_by_this(o, "desk.example"), unknown);
    }
    auto distrusting = trusting();
    distrusting.ca_file = directory.file("other.pem", make_certificate().chain);
    distrusting.pins = {right};
    EXPECT_EQ(served_by_this(distrusting, "desk.example"), "self-signed certificate");
}

TEST_F(tls_client_test, ShowsItsOwnCertificateWhereOneIsAskedFor) {
    const auto ours = make_certificate();
    const auto ca = directory.file("clients.pem", ours.chain);
    const int must = SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT;
    auto o = trusting();
    {
        one_server server(served, must, ca);
        EXPECT_NE(outcome_of(o, server.port(), "desk.example"), "hello");
    }
    o.certificate = directory.file("ours.pem", ours.chain);
    o.key = directory.file("ours.key", ours.key);
    one_server server(served, must, ca);
    EXPECT_EQ(outcome_of(o, server.port(), "desk.example"), "hello");
}

TEST_F(tls_client_test, KnowsAllKindsOfKeys) {
    for (const auto* kind : {"P-256", "P-384", "P-521", "ED25519", "ED448", "RSA2048", "RSA-PSS"}) {
        const auto all = make_certificate({.alternative_names = "DNS:desk.example", .key = kind});
        const auto file = directory.file("kind.pem", all.key + all.chain);
        wsgate::tls_client_options o;
        o.ca_file = directory.file("ca.pem", "\xef\xbb\xbf" + all.chain);
        o.certificate = file; // ours as well
        for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
            one_server server(file, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, o.ca_file,
                              version);
            EXPECT_EQ(outcome_of(o, server.port(), "desk.example"), "hello")
                << kind << " in version " << version;
        }
    }
}

TEST_F(tls_client_test, TellsOfServersWithOldCertificates) {
    const auto ca = make_certificate({.common_name = "CA", .is_ca = true});
    for (const auto& [wish, problem] : std::vector<std::pair<certificate_wish, std::string>>{
             {{.alternative_names = "DNS:desk.example", .key = "RSA1024"}, "key"},
             {{.alternative_names = "DNS:desk.example", .signed_by = &ca, .sha1 = true},
              "digest"}}) {
        const auto old = make_certificate(wish);
        wsgate::tls_client_options o;
        o.ca_file = directory.file("ca.pem", old.chain + ca.chain);
        one_server server(directory.file("old.pem", old.key + old.chain));
        const auto told = outcome_of(o, server.port(), "desk.example");
        EXPECT_NE(told.find(problem), std::string::npos) << told;
    }
}

TEST_F(tls_client_test, TellsWhatIsNoTls) {
    tcp_listener listener;
    std::thread plain([&listener] {
        auto peer = listener.accept();
        peer.send(std::as_bytes(std::span("HTTP/1.1 400 Bad Request\r\n\r\n")));
        peer.finish_sending();
        (void)peer.is_closed_by_peer();
    });
    EXPECT_EQ(outcome_of(trusting(), listener.port(), "desk.example"), "wrong version number");
    plain.join();
    EXPECT_EQ(outcome_of(trusting(), listener.port(), "desk.example", 50ms), "no answer in time");
}

TEST_F(tls_client_test, ComplainsAboutItsFiles) {
    const auto text = directory.file("text", "no PEM");
    wsgate::tls_client_options o;
    EXPECT_EQ(complaint_of(o), "none");
    o.ca_file = text;
    EXPECT_NE(complaint_of(o).find(text), std::string::npos);
    o = trusting();
    o.certificate = text;
    EXPECT_NE(complaint_of(o).find("client certificate"), std::string::npos);
    o.certificate = trusted;
    o.key = directory.file("other.key", make_certificate().key);
    EXPECT_NE(complaint_of(o).find("key"), std::string::npos);
    o = trusting();
    o.pins = {"abc"};
    EXPECT_NE(complaint_of(o).find("\"abc\" is no pin"), std::string::npos);
}

TEST(KeyPin, IsBase64OfThirtyTwoBytes) {
    const std::string good = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
    for (const auto* const prefix : {"", "sha256/", "sha256//"}) {
        const auto pin = wsgate::parse_pin(prefix + good);
        ASSERT_TRUE(pin);
        EXPECT_EQ((*pin)[0], 0);
        EXPECT_EQ((*pin)[31], 31);
        const auto with_slash = wsgate::parse_pin(prefix + ("/" + good.substr(1)));
        ASSERT_TRUE(with_slash) << prefix;
        EXPECT_EQ((*with_slash)[0], 0xfc);
    }
    for (const auto& bad :
         {std::string{}, good.substr(1), good + "A", std::string(44, '='), std::string(44, 'A'),
          std::string(42, 'A') + "==", std::string(43, '-') + "=", "md5/" + good}) {
        EXPECT_FALSE(wsgate::parse_pin(bad)) << bad;
    }
}

} // namespace client_test
