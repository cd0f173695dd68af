// Certificates, passwords, ciphers, names, tickets, clients' certificates: TLS without a socket.
// SPDX-License-Identifier: EUPL-1.2
#include "tests/support/certificate.hpp"
#include "tests/support/scratch_directory.hpp"
#include "wsgate/tls/client_certificate.hpp"
#include "wsgate/tls/server.hpp"

#include <gtest/gtest.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace server_test {

namespace {

using namespace support;
using namespace std::chrono_literals;
using wsgate::client_certificates;

using context_ptr = std::shared_ptr<SSL_CTX>;
using ssl_ptr = std::shared_ptr<SSL>;
using session_ptr = std::shared_ptr<SSL_SESSION>;

struct client_wish {
    std::string name{}; ///< by SNI
    int newest = TLS1_3_VERSION;
    const char* ciphers = nullptr;
    session_ptr session{};                 ///< to resume
    const certificate* identity = nullptr; ///< our own
};

/// What came of a handshake.
struct met {
    bool good = false;
    std::string server; ///< the CN of its certificate
    bool resumed = false;
    std::string cipher;
    std::optional<wsgate::client_identity> client;
    session_ptr session;
};

int keep_session(SSL* ssl, SSL_SESSION* session) {
    *static_cast<session_ptr*>(SSL_get_app_data(ssl)) = {session, SSL_SESSION_free};
    return 1; // ours now
}

ssl_ptr make_client(const client_wish& wish, session_ptr& kept) {
    const context_ptr context(SSL_CTX_new(TLS_client_method()), SSL_CTX_free);
    SSL_CTX_set_security_level(context.get(), 0);
    SSL_CTX_set_max_proto_version(context.get(), wish.newest);
    SSL_CTX_set_session_cache_mode(context.get(),
                                   SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
    SSL_CTX_sess_set_new_cb(context.get(), keep_session);
    if (wish.ciphers != nullptr) {
        SSL_CTX_set_cipher_list(context.get(), wish.ciphers);
    }
    ssl_ptr client(SSL_new(context.get()), SSL_free);
    SSL_set_app_data(client.get(), &kept);
    if (!wish.name.empty()) {
        auto name = wish.name;
        SSL_ctrl(client.get(), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
                 name.data());
    }
    if (wish.session) {
        // A copy: OpenSSL's client gives a session up once it was used.
        const session_ptr copy(SSL_SESSION_dup(wish.session.get()), SSL_SESSION_free);
        SSL_set_session(client.get(), copy.get());
    }
    if (wish.identity != nullptr) {
        support::present(client.get(), *wish.identity);
    }
    SSL_set_connect_state(client.get());
    return client;
}

/// Both sides in turn until neither has anything more to say.
met meet(const wsgate::tls_server& tls, const client_wish& wish = {}) {
    met m;
    const auto client = make_client(wish, m.session);
    const auto server = tls.new_session();
    BIO* near_end = nullptr;
    BIO* far_end = nullptr;
    BIO_new_bio_pair(&near_end, 65536, &far_end, 65536);
    SSL_set_bio(client.get(), near_end, near_end);
    SSL_set_bio(server.get(), far_end, far_end);
    for (int turn = 0; turn < 6; ++turn) {
        SSL_do_handshake(client.get());
        SSL_do_handshake(server.get());
    }
    std::byte none{};
    std::size_t got = 0;
    SSL_read_ex(client.get(), &none, 1, &got); // takes the tickets
    ERR_clear_error();
    m.good = SSL_is_init_finished(client.get()) == 1 && SSL_is_init_finished(server.get()) == 1;
    if (const X509* const leaf = SSL_get0_peer_certificate(client.get())) {
        m.server = wsgate::identity_in(leaf).name;
    }
    m.resumed = SSL_session_reused(server.get()) == 1;
    m.cipher = m.good ? SSL_get_cipher_name(server.get()) : "";
    m.client = wsgate::verified_client(server.get());
    SSL_set_shutdown(client.get(), SSL_SENT_SHUTDOWN); // else OpenSSL gives the session up
    return m;
}

class tls_files : public testing::Test {
protected:
    void SetUp() override { ::unsetenv(wsgate::key_password_variable); }

    wsgate::certificate_files write(const std::string& name, const certificate& c) {
        wsgate::certificate_files f{where.file(name + ".pem", c.chain),
                                    where.file(name + ".key", c.key)};
        std::filesystem::permissions(f.key, std::filesystem::perms::owner_read |
                                                std::filesystem::perms::owner_write);
        return f;
    }

    wsgate::certificate_files write(const std::string& name, const certificate_wish& wish) {
        return write(name, make_certificate(wish));
    }

    /// The word for the operator, or "none".
    std::string complaint(const wsgate::tls_options& o) {
        try {
            (void)wsgate::tls_server(o, ring);
        } catch (const std::runtime_error& e) {
            return e.what();
        }
        return "none";
    }

    scratch_directory where;
    std::shared_ptr<wsgate::ticket_ring> ring = std::make_shared<wsgate::ticket_ring>();
    wsgate::tls_options options;
};

} // namespace

TEST_F(tls_files, TheNameChoosesTheCertificateAndTheFirstIsTheDefault) {
    options.certificates = {
        write("a", {.alternative_names = "DNS:a.example", .common_name = "first"}),
        write("b",
              {.alternative_names = "DNS:b.example,DNS:*.wild.example", .common_name = "second"}),
        write("c", certificate_wish{.common_name = "c.example"}), // no SAN: the CN counts
    };
    const wsgate::tls_server tls(options, ring);

    struct {
        const char* name;
        const char* server;
        const char* why;
    } const rows[] = {
        {"", "first", "no name: the default"},
        {"a.example", "first", "by SAN"},
        {"b.example", "second", "by SAN"},
        {"B.Example", "second", "names have no case"},
        {"x.wild.example", "second", "a wildcard is a label"},
        {"y.x.wild.example", "first", "one label only"},
        {"wild.example", "first", "not none"},
        {"second", "first", "with a SAN, the CN is no name"},
        {"c.example", "c.example", "without one, it is"},
        {"unknown.example", "first", "an unknown name: the default"},
    };

    for (const auto& row : rows) {
        for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
            const auto m = meet(tls, {.name = row.name, .newest = version});
            EXPECT_TRUE(m.good) << row.why;
            EXPECT_EQ(m.server, row.server) << row.name << ": " << row.why;
        }
    }
    ASSERT_EQ(tls.certificates().size(), 3U);
    EXPECT_EQ(tls.certificates()[0].name, "a.example");
    EXPECT_EQ(tls.certificates()[2].name, "c.example");
}

TEST_F(tls_files, AnEncryptedKeyNeedsItsPassword) {
    options.certificates = {write("a", certificate_wish{.password = "right, with blanks"})};
    EXPECT_NE(complaint(options).find("needs a password: --key-password-file"), std::string::npos);

    options.key_password_file = where.file("password", "right, with blanks\nnot this line");
    EXPECT_EQ(complaint(options), "none");
    options.key_password_file = where.file("password", "right, with blanks\r\n");
    EXPECT_EQ(complaint(options), "none");
    options.key_password_file = where.file("password", "wrong");
    EXPECT_NE(complaint(options).find("does not open the key"), std::string::npos);
    EXPECT_EQ(complaint(options).find("wrong"), std::string::npos) << "a secret was told";
    options.key_password_file = "/none";
    EXPECT_EQ(complaint(options), "cannot read the key password /none: No such file or directory");

    options.key_password_file.clear();
    ASSERT_EQ(::setenv(wsgate::key_password_variable, "right, with blanks", 1), 0);
    EXPECT_EQ(complaint(options), "none");
    ASSERT_EQ(::unsetenv(wsgate::key_password_variable), 0);
    options.key_password = "right, with blanks";
    EXPECT_EQ(complaint(options), "none");
}

TEST_F(tls_files, SaysWhatIsWrong) {
    const auto good = write("good", certificate_wish{});
    const auto other = write("other", certificate_wish{});
    const auto text = where.file("text", "no PEM");

    struct {
        std::vector<wsgate::certificate_files> files;
        const char* part;
    } const rows[] = {
        {{good}, "none"},
        {{{"/none.pem", good.key}}, "cannot read the certificate /none.pem: No such file"},
        {{{good.chain, "/none.key"}}, "cannot read the key /none.key: No such file"},
        {{{text, good.key}}, "cannot use the certificate"},
        {{{good.chain, text}}, "cannot use the key"},
        {{{good.chain, ""}}, "cannot use the key"},
        {{{good.chain, good.chain}}, "with --key"},
        {{{good.chain, other.key}}, "do not belong together"},
        {{{other.chain, good.key}, {text, ""}}, "do not belong together"},
        {{{other.chain, good.key}, {text, ""}}, "there is no certificate (PEM) in it"},
        {{write("old", certificate_wish{.days = 0})}, "has expired on 2"},
        {{}, "needs a certificate"},
    };

    for (const auto& row : rows) {
        options.certificates = row.files;
        EXPECT_NE(complaint(options).find(row.part), std::string::npos)
            << row.part << "\n but: " << complaint(options);
    }
}

TEST_F(tls_files, StartsWithTheGoodOnesAndTellsOfTheOthers) {
    const auto b =
        write("b", certificate_wish{.alternative_names = "DNS:b.example", .common_name = "b"});
    const auto good =
        write("c", certificate_wish{.alternative_names = "DNS:c.example", .common_name = "c"});

    struct {
        wsgate::certificate_files bad;
        const char* part;
    } const rows[] = {
        {write("old", {.days = 0, .alternative_names = "DNS:a.example", .common_name = "a"}),
         "old.pem for 'a' has expired on 2"},
        {{b.chain, good.key}, "b.pem do not belong together: it is for 'b'"},
        {{"/none.pem", good.key}, "cannot read the certificate /none.pem"},
        {{good.chain, "/none.key"}, "cannot read the key /none.key"},
        {write("locked", certificate_wish{.password = "p"}), "needs a password"},
        {{where.file("text", "no PEM"), good.key}, "no certificate (PEM)"},
    };

    for (const auto& row : rows) {
        SCOPED_TRACE(row.part);
        options.certificates = {row.bad, good};
        const wsgate::tls_server tls(options, ring);
        const auto all = tls.warnings(std::chrono::system_clock::now());
        ASSERT_EQ(all.size(), 1U);
        EXPECT_TRUE(all[0].starts_with("a certificate is left out: ")) << all[0];
        EXPECT_NE(all[0].find(row.part), std::string::npos) << all[0];
        EXPECT_EQ(meet(tls, {.name = "a.example"}).server, "c")
            << "the first good one is the default";
        EXPECT_EQ(meet(tls, {.name = "c.example"}).server, "c");
        options.certificates = {good, row.bad};
        EXPECT_EQ(meet(wsgate::tls_server(options, ring)).server, "c");
        options.certificates = {row.bad, row.bad};
        EXPECT_NE(complaint(options).find(row.part), std::string::npos);
    }
    options.certificates = {rows[0].bad, good};
    EXPECT_EQ(wsgate::tls_server(options, ring).certificates().size(), 2U)
        << "metrics tell of both";
}

TEST_F(tls_files, AfterAReloadKeepsWhatCannotBeReadAnew) {
    const certificate_wish of_a{.alternative_names = "DNS:a.example", .common_name = "a"};
    const auto a = write("a", of_a);
    const auto b =
        write("b", certificate_wish{.alternative_names = "DNS:b.example", .common_name = "b"});
    options.certificates = {a, b};
    const wsgate::tls_server first(options, ring);
    (void)where.file("b.pem", make_certificate({.common_name = "new"}).chain); // its key is late
    (void)write("a", {.alternative_names = "DNS:a.example", .common_name = "newer"});
    const wsgate::tls_server next(options, ring, &first);
    EXPECT_EQ(meet(next, {.name = "a.example"}).server, "newer");
    EXPECT_EQ(meet(next, {.name = "b.example"}).server, "b");
    const auto all = next.warnings(std::chrono::system_clock::now());
    ASSERT_EQ(all.size(), 1U);
    EXPECT_NE(all[0].find("do not belong together"), std::string::npos) << all[0];
    EXPECT_NE(all[0].find("what was read before stays in use"), std::string::npos) << all[0];
    (void)where.file("a.pem", "");
    EXPECT_THROW(wsgate::tls_server(options, ring, &next), std::runtime_error) << "none is new";
}

TEST_F(tls_files, TheCertificateThatIsValidIsChosen) {
    options.certificates = {
        write("soon",
              {.alternative_names = "DNS:a.example", .common_name = "soon", .first_day = 2}),
        write("now", {.alternative_names = "DNS:a.example", .common_name = "now"})};
    const wsgate::tls_server tls(options, ring);
    EXPECT_EQ(meet(tls, {.name = "a.example"}).server, "now");
    EXPECT_EQ(meet(tls).server, "now");
    options.certificates.pop_back();
    EXPECT_EQ(meet(wsgate::tls_server(options, ring)).server, "soon") << "the clock may be wrong";
}

TEST_F(tls_files, TheOrderInAChainDoesNotMatter) {
    const auto root = make_certificate({.common_name = "root", .is_ca = true});
    const auto middle =
        make_certificate({.common_name = "middle", .is_ca = true, .signed_by = &root});
    const auto leaf = make_certificate({.common_name = "leaf", .signed_by = &middle});
    const auto stranger = make_certificate({.common_name = "stranger"});
    const auto key = write("leaf", leaf).key;
    const auto sent = [&](const std::string& chain) {
        options.certificates = {{where.file("chain.pem", chain), key}};
        const auto own = wsgate::load_own_certificate(options.certificates[0], "");
        std::string names = wsgate::subject_of(own.leaf.get());
        for (const auto& each : own.issuers) {
            names += wsgate::subject_of(each.get());
        }
        return names;
    };
    const auto whole = "'leaf''middle''root'";
    EXPECT_EQ(sent(leaf.chain + middle.chain + root.chain), whole);
    EXPECT_EQ(sent(root.chain + middle.chain + leaf.chain), whole);
    EXPECT_EQ(sent(middle.chain + leaf.chain + root.chain), whole);
    EXPECT_EQ(sent(leaf.chain + leaf.chain + middle.chain + root.chain + middle.chain), whole);
    EXPECT_EQ(complaint(options), "none");
    const auto warned = [&](const std::string& chain) {
        (void)sent(chain);
        const auto all =
            wsgate::tls_server(options, ring).warnings(std::chrono::system_clock::now());
        return all.empty() ? "none" : all.front();
    };
    EXPECT_EQ(warned(root.chain + middle.chain + leaf.chain), "none");
    EXPECT_NE(warned(leaf.chain).find("without that of its issuer 'middle'"), std::string::npos);
    EXPECT_NE(warned(leaf.chain + root.chain).find("issuer 'middle'"), std::string::npos);
    EXPECT_NE(
        warned(leaf.chain + stranger.chain + middle.chain + root.chain).find("1 certificates in"),
        std::string::npos);
}

TEST_F(tls_files, MayBeWrittenByOtherSystems) {
    const auto made = make_certificate();
    const auto with_crlf = [](std::string text) {
        for (std::size_t at = 0; (at = text.find('\n', at)) != std::string::npos; at += 2) {
            text.insert(at, 1, '\r');
        }
        return text;
    };
    const std::string mark = "\xef\xbb\xbf";
    const auto without_end = made.chain.substr(0, made.chain.size() - 1);
    for (const auto& text :
         {mark + with_crlf(made.chain) + with_crlf(made.key), made.chain + mark + made.key,
          made.key + made.chain, without_end + made.key,
          "Bag Attributes\n  x: y\n" + made.chain + made.key}) {
        options.certificates = {{where.file("both.pem", text), ""}};
        EXPECT_EQ(complaint(options), "none") << text;
    }
}

TEST_F(tls_files, SaysWhatElseAFileIs) {
    const auto key = write("a", certificate_wish{}).key;
    const std::vector<std::pair<std::string, std::string>> table{
        {std::string{"\xff\xfe-\0-\0-\0", 8}, "UTF-16"},
        {"-----BEGIN PKCS7-----\nMII=\n-----END PKCS7-----\n", "openssl pkcs7 -print_certs"},
        {"-----BEGIN CERTIFICATE REQUEST-----\nMII=\n-----END CERTIFICATE REQUEST-----\n",
         "a CA has yet to sign it"},
        {"", "there is no certificate (PEM) in it"},
    };
    for (const auto& [text, part] : table) {
        options.certificates = {{where.file("text", text), key}};
        EXPECT_NE(complaint(options).find(part), std::string::npos) << complaint(options);
    }
    const auto damaged = make_certificate().chain.replace(40, 4, "!!!!");
    options.certificates = {{where.file("text", damaged), key}};
    EXPECT_NE(complaint(options).find("number 1 in it is damaged"), std::string::npos)
        << complaint(options);
}

TEST_F(tls_files, AreOfAllKindsOfKeys) {
    for (const auto* kind :
         {"P-256", "P-384", "P-521", "ED25519", "ED448", "RSA2048", "RSA4096", "RSA-PSS"}) {
        const certificate_wish wish{.common_name = kind, .key = kind};
        options.certificates = {write("a", wish)};
        for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
            const auto m = meet(wsgate::tls_server(options, ring), {.newest = version});
            EXPECT_TRUE(m.good) << kind << " in version " << version;
            EXPECT_EQ(m.server, kind);
        }
    }
    options.certificates = {write("a", certificate_wish{.key = "RSA1024"})};
    EXPECT_NE(complaint(options).find("too short (RSA needs 2048 bits)"), std::string::npos)
        << complaint(options);
    const auto ca = make_certificate({.common_name = "CA", .is_ca = true});
    options.certificates = {write("a", certificate_wish{.signed_by = &ca, .sha1 = true})};
    EXPECT_NE(complaint(options).find("signed with SHA-1"), std::string::npos)
        << complaint(options);
}

TEST_F(tls_files, ClientsShowAllKindsOfKeys) {
    options.certificates = {write("a", certificate_wish{})};
    options.clients = client_certificates::required;
    for (const auto* kind : {"P-256", "P-384", "P-521", "ED25519", "ED448", "RSA2048", "RSA-PSS"}) {
        const auto client = make_certificate({.common_name = kind, .is_ca = true, .key = kind});
        options.client_ca_file = where.file("ca.pem", "\xef\xbb\xbf" + client.chain);
        for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
            const auto m =
                meet(wsgate::tls_server(options, ring), {.newest = version, .identity = &client});
            ASSERT_TRUE(m.client) << kind << " in version " << version;
            EXPECT_EQ(m.client->name, kind);
        }
    }
}

TEST_F(tls_files, WarnsOfWhatEndsSoonAndOfOpenKeys) {
    options.certificates = {write("long", certificate_wish{.days = 90}),
                            write("short", certificate_wish{.days = 11}),
                            write("new", certificate_wish{.days = 90, .first_day = 2})};
    const auto now = std::chrono::system_clock::now(); // by then less than ten days are left
    auto all = wsgate::tls_server(options, ring).warnings(now);
    ASSERT_EQ(all.size(), 2U);
    EXPECT_NE(all[0].find("short.pem ends in 9 days"), std::string::npos) << all[0];
    EXPECT_NE(all[1].find("new.pem is not valid yet"), std::string::npos) << all[1];
    EXPECT_EQ(wsgate::tls_server(options, ring).warnings(now + 24h * 80).size(), 3U);

    std::filesystem::permissions(options.certificates[0].key, std::filesystem::perms::others_read,
                                 std::filesystem::perm_options::add);
    all = wsgate::tls_server(options, ring).warnings(now);
    ASSERT_EQ(all.size(), 3U);
    EXPECT_NE(all[2].find("long.key (chmod o-r)"), std::string::npos) << all[2];
}

TEST_F(tls_files, CiphersAreChosenAmongGoodOnes) {
    options.certificates = {write("a", certificate_wish{})};
    const auto old_cipher = [this](const char* offered) {
        const wsgate::tls_server tls(options, ring);
        return meet(tls, {.newest = TLS1_2_VERSION, .ciphers = offered}).cipher;
    };
    EXPECT_EQ(old_cipher("ECDHE-ECDSA-AES256-SHA:ECDHE-ECDSA-AES128-SHA256"), "") << "no AEAD";
    EXPECT_EQ(old_cipher("ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-ECDSA-AES128-GCM-SHA256"),
              "ECDHE-ECDSA-CHACHA20-POLY1305")
        << "the client's preference";
    options.ciphers = "HIGH"; // CBC and RSA key exchange are among these
    EXPECT_EQ(old_cipher("ECDHE-ECDSA-AES256-SHA"), "");
    EXPECT_NE(old_cipher("ALL"), "");
    options.ciphers = "ECDHE-ECDSA-AES256-GCM-SHA384:TLS_CHACHA20_POLY1305_SHA256";
    EXPECT_EQ(old_cipher("ALL"), "ECDHE-ECDSA-AES256-GCM-SHA384");
    EXPECT_EQ(meet(wsgate::tls_server(options, ring)).cipher, "TLS_CHACHA20_POLY1305_SHA256");
    for (const auto* bad : {"AES256-SHA", "nonsense", "ECDHE-ECDSA-AES256-SHA"}) {
        options.ciphers = bad;
        EXPECT_NE(complaint(options).find("no usable cipher in --ssl-ciphers"), std::string::npos);
    }
    options.ciphers = "TLS_NONSENSE";
    EXPECT_NE(complaint(options).find("TLS_NONSENSE"), std::string::npos);

    options.ciphers.clear();
    options.minimum = wsgate::tls_minimum::v1_3;
    EXPECT_EQ(old_cipher("ALL"), "");
}

TEST_F(tls_files, SessionsAreResumedAcrossCertificatesReloadsAndVersions) {
    options.certificates = {write("a", certificate_wish{.alternative_names = "DNS:a.example"}),
                            write("b", certificate_wish{.alternative_names = "DNS:b.example"})};
    for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
        for (const auto* name : {"", "a.example", "b.example"}) {
            const wsgate::tls_server tls(options, ring);
            const auto first = meet(tls, {.name = name, .newest = version});
            ASSERT_TRUE(first.good && first.session);
            EXPECT_FALSE(first.resumed);
            EXPECT_EQ(SSL_SESSION_get_max_early_data(first.session.get()), 0U);
            EXPECT_TRUE(
                meet(tls, {.name = name, .newest = version, .session = first.session}).resumed);
            const wsgate::tls_server reloaded(options, ring);
            EXPECT_TRUE(meet(reloaded, {.name = name, .newest = version, .session = first.session})
                            .resumed);
            const wsgate::tls_server restarted(options, std::make_shared<wsgate::ticket_ring>());
            const auto anew =
                meet(restarted, {.name = name, .newest = version, .session = first.session});
            EXPECT_TRUE(anew.good);
            EXPECT_FALSE(anew.resumed);
        }
    }
}

TEST_F(tls_files, SessionsAreResumedWhileTheRingHasTheirKey) {
    options.certificates = {write("a", certificate_wish{})};
    const wsgate::tls_server tls(options, ring);
    const auto first = meet(tls);
    const auto now = wsgate::ticket_ring::clock::now(); // its key is no younger
    ASSERT_TRUE(first.session);
    ASSERT_TRUE(ring->newest(now + wsgate::ticket_ring::period)); // its time has come
    const auto second = meet(tls, {.session = first.session});
    EXPECT_TRUE(second.resumed) << "by the key before";
    ASSERT_TRUE(second.session) << "and a ticket under the new one";
    EXPECT_TRUE(meet(tls, {.newest = TLS1_2_VERSION}).good);
    // Until the first key has left, and a little beyond.
    ASSERT_TRUE(ring->newest(now + wsgate::ticket_ring::size * wsgate::ticket_ring::period + 1min));
    const auto late = meet(tls, {.session = first.session});
    EXPECT_TRUE(late.good);
    EXPECT_FALSE(late.resumed) << "its key is gone";
    EXPECT_TRUE(meet(tls, {.session = second.session}).resumed) << "its key is still there";
}

TEST_F(tls_files, ClientsAreVerifiedAndNamed) {
    const auto ca = make_certificate({.common_name = "CA", .is_ca = true});
    const auto other_ca = make_certificate({.common_name = "Other CA", .is_ca = true});
    const auto good = make_certificate({.alternative_names = "DNS:pc7.example,email:a@example",
                                        .common_name = "pc7",
                                        .signed_by = &ca});
    const auto stranger = make_certificate({.common_name = "pc7", .signed_by = &other_ca});
    const auto old = make_certificate({.days = 0, .common_name = "pc7", .signed_by = &ca});
    options.certificates = {write("a", certificate_wish{})};
    options.clients = client_certificates::wanted;
    EXPECT_NE(complaint(options).find("--cafile"), std::string::npos);
    options.client_ca_file = "/none";
    EXPECT_NE(complaint(options).find("/none"), std::string::npos);
    options.client_ca_file = where.file("ca.pem", ca.chain);

    for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
        const wsgate::tls_server asks(options, ring);
        const auto known = meet(asks, {.newest = version, .identity = &good});
        ASSERT_TRUE(known.client);
        EXPECT_EQ(known.client->name, "pc7");
        EXPECT_EQ(known.client->common_name, "pc7");
        EXPECT_EQ(known.client->names,
                  (std::vector<std::string>{"pc7", "pc7.example", "a@example"}));
        for (const auto* who : {&stranger, &old}) {
            const auto m = meet(asks, {.newest = version, .identity = who});
            EXPECT_TRUE(m.good); // other places may not need it
            EXPECT_FALSE(m.client);
            const auto again = meet(asks, {.newest = version, .session = m.session});
            EXPECT_TRUE(again.good);
            EXPECT_FALSE(again.client);
        }
        EXPECT_FALSE(meet(asks, {.newest = version}).client);

        const auto resumed = meet(asks, {.newest = version, .session = known.session});
        EXPECT_TRUE(resumed.resumed);
        EXPECT_EQ(resumed.client, known.client);

        auto elsewhere = options; // under another CA the ticket is worth nothing
        elsewhere.client_ca_file = where.file("other.pem", other_ca.chain);
        const auto m = meet(wsgate::tls_server(elsewhere, ring),
                            {.newest = version, .session = known.session});
        EXPECT_FALSE(m.resumed);
        EXPECT_FALSE(m.client);

        auto strict = options;
        strict.clients = client_certificates::required;
        strict.every_place_requires = true;
        const wsgate::tls_server demands(strict, ring);
        EXPECT_TRUE(meet(demands, {.newest = version, .identity = &good}).good);
        EXPECT_FALSE(meet(demands, {.newest = version}).good);
        EXPECT_FALSE(meet(demands, {.newest = version, .identity = &stranger}).good);
    }
}

TEST(ClientRule, LetsThroughWhoIsVerifiedAndNamed) {
    using wsgate::client_identity;
    const std::optional<client_identity> nobody;
    const std::optional<client_identity> pc7 =
        client_identity{"pc7", "pc7", {"pc7", "pc7.example"}};
    const auto required = client_certificates::required;

    struct {
        wsgate::client_rule rule;
        const std::optional<client_identity>& who;
        bool passes;
    } const rows[] = {
        {{client_certificates::none, {}}, nobody, true},
        {{client_certificates::wanted, {}}, nobody, true},
        {{required, {}}, nobody, false},
        {{required, {}}, pc7, true},
        {{required, {"pc7"}}, pc7, true},
        {{required, {"pc6", "pc7.example"}}, pc7, true},
        {{required, {"pc6"}}, pc7, false},
        {{required, {"PC7"}}, pc7, false},
        {{required, {"pc"}}, pc7, false},
        {{required, {"pc7"}}, nobody, false},
    };

    for (const auto& row : rows) {
        const auto refused = wsgate::check_client(row.rule, row.who);
        EXPECT_EQ(!refused, row.passes);
        if (refused) {
            EXPECT_EQ(refused->status, wsgate::http::status::forbidden);
        }
    }
}

} // namespace server_test
