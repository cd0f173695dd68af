// CONNECT: the request word for word, every answer a proxy may give, and names of proxies.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/tunnel/connect_proxy.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <string>

namespace connect_proxy_test {

namespace {

using net::client_response;
using wsgate::http_proxy;

const http_proxy anonymous{"proxy.example", 3128, {}};
const http_proxy known{"proxy.example", 3128, {"ann", "s3cret"}};
const http_proxy careful{"proxy.example", 3128, {"ann", "s3cret"}, true};

std::string problem(const client_response& r, const http_proxy& p = anonymous) {
    return wsgate::connect_problem(r, p).value_or("none");
}

} // namespace

TEST(ConnectProxy, AsksWithHostAndWithCredentialsWhereThereAreSome) {
    const auto request = [](const char* authority, const http_proxy& p) {
        return wsgate::connect_request(authority, wsgate::first_credentials(p));
    };
    EXPECT_EQ(request("desk.example:443", anonymous),
              "CONNECT desk.example:443 HTTP/1.1\r\nHost: desk.example:443\r\n\r\n");
    EXPECT_EQ(request("[2001:db8::1]:443", known),
              "CONNECT [2001:db8::1]:443 HTTP/1.1\r\nHost: [2001:db8::1]:443\r\n"
              "Proxy-Authorization: Basic YW5uOnMzY3JldA==\r\n\r\n");
    EXPECT_EQ(wsgate::first_credentials(careful), "");
}

TEST(ConnectProxy, EveryTwoHundredOpensTheWay) {
    for (const int status : {200, 201, 204, 299}) {
        EXPECT_EQ(problem({status, "", {}}), "none");
    }
    EXPECT_EQ(problem({101, "X", {}}), "the proxy answers 101 X");
    EXPECT_EQ(problem({403, "Filtered", {}}), "the proxy answers 403 Filtered");
    EXPECT_EQ(problem({502, "\x1b[2J", {}}), "the proxy answers 502 \\x1b[2J");
}

TEST(ConnectProxy, SaysWhatToDoAbout407) {
    const auto with = [](const char* offer) {
        return client_response{
            407, "Proxy Authentication Required", {{"Proxy-Authenticate", offer}}};
    };
    EXPECT_EQ(problem(with("Basic realm=\"x\"")),
              "407, the proxy wants a user name and a password (it offers Basic): see --proxy-user "
              "and --proxy-password-file");
    EXPECT_EQ(problem(with("Basic realm=\"x\""), known),
              "407, the proxy refuses this user name or password (it offers Basic)");
    EXPECT_EQ(problem(with("NTLM, Negotiate"), known),
              "407, the proxy offers NTLM, Negotiate only, and Basic and Digest are what we speak: "
              "put a local helper proxy such as cntlm in between");
    EXPECT_EQ(problem(with("Digest realm=\"x\", nonce=\"y\", algorithm=MD4"), known),
              "407, the proxy offers Digest only, and Basic and Digest are what we speak: "
              "put a local helper proxy such as cntlm in between");
    EXPECT_EQ(problem(with("Basic realm=\"x\""), careful),
              "407, the proxy offers Basic only, and --proxy-digest forbids to send the password");
    EXPECT_EQ(problem(with("Digest realm=\"x\", nonce=\"y\""), careful),
              "407, the proxy refuses this user name or password (it offers Digest)");
    EXPECT_EQ(problem({407, "", {}}, known),
              "407, the proxy refuses this user name or password (it offers nothing)");
    EXPECT_EQ(problem({401, "Unauthorized", {}}, known),
              "401, the proxy refuses this user name or password");
    EXPECT_EQ(problem({401, "Unauthorized", {}}), "the proxy answers 401 Unauthorized");
    // Whatever the proxy says, the password is not in it.
    EXPECT_EQ(problem(with("basic realm=\"s\""), known).find("s3cret"), std::string::npos);
}

TEST(ConnectProxy, AnswersDigestWhereThatMayHelp) {
    const auto answers = [](const char* offer, const http_proxy& p, int status = 407) {
        const client_response r{status, "", {{"Proxy-Authenticate", offer}}};
        const auto sent = wsgate::second_credentials(r, p, "desk:443", "abc");
        EXPECT_EQ(sent.value_or("").find("s3cret"), std::string::npos);
        return sent && sent->find("username=\"ann\"") != std::string::npos &&
               sent->find("uri=\"desk:443\"") != std::string::npos;
    };
    const auto* const digest = "Digest realm=\"x\", nonce=\"y\"";
    const auto* const both = "Basic realm=\"x\", Digest realm=\"x\", nonce=\"y\"";
    EXPECT_TRUE(answers(digest, known));
    EXPECT_TRUE(answers(digest, careful));
    EXPECT_TRUE(answers(both, careful));
    EXPECT_FALSE(answers(both, known)) << "the password was wrong";
    EXPECT_FALSE(answers(digest, anonymous));
    EXPECT_FALSE(answers(digest, known, 401));
    EXPECT_FALSE(answers("Basic realm=\"x\"", careful));
}

TEST(ConnectProxy, TellsSchemesFromTheirParameters) {
    struct row {
        const char* fields;
        std::vector<std::string> names;
    };

    for (const auto& [fields, names] : {
             row{"Basic", {"Basic"}},
             row{"Basic realm=\"a, b\", charset=\"UTF-8\"", {"Basic"}},
             row{"Digest realm=\"x\", nonce=\"a\\\"b, Fake c\", qop=auth, Basic realm=\"y\"",
                 {"Digest", "Basic"}},
             row{"Negotiate TlRMTVNTUAAB==", {"Negotiate"}},
             row{"NTLM,Negotiate , , Basic realm=x", {"NTLM", "Negotiate", "Basic"}},
             row{"Digest realm = \"x\" , nonce = \"y\"", {"Digest"}},
             row{"", {}},
             row{"\"open", {}},
         }) {
        EXPECT_EQ(wsgate::offered_schemes({407, "", {{"proxy-authenticate", fields}}}), names)
            << fields;
    }
    EXPECT_EQ(wsgate::offered_schemes(
                  {407, "", {{"Proxy-Authenticate", "A"}, {"Proxy-Authenticate", "B, A"}}}),
              (std::vector<std::string>{"A", "B"}));
}

TEST(Proxy, IsNamedAsAUrlOrAsHostAndPort) {
    struct row {
        const char* text;
        std::optional<http_proxy> proxy;
    };

    for (const auto& [text, proxy] : {
             row{"http://proxy.example:3128", anonymous},
             row{"http://proxy.example:3128/", anonymous},
             row{"HTTP://proxy.example:3128", anonymous},
             row{"proxy.example:3128", anonymous},
             row{"http://ann:s3cret@proxy.example:3128", known},
             row{"ann:s3cret@proxy.example:3128", known},
             row{"http://a%40b:p%3aw%20d@[::1]:8080", http_proxy{"::1", 8080, {"a@b", "p:w d"}}},
             row{"proxy.example", http_proxy{"proxy.example", 80, {}}},
             row{"https://proxy.example:3128", std::nullopt},
             row{"socks5://proxy.example:1080", std::nullopt},
             row{"http://proxy.example:3128/path", std::nullopt},
             row{"http://proxy.example:0", std::nullopt},
             row{"http://proxy.example:70000", std::nullopt},
             row{"http://", std::nullopt},
             row{"", std::nullopt},
             row{"a b", std::nullopt},
         }) {
        const auto parsed = wsgate::parse_proxy(text);
        const auto* const found = std::get_if<http_proxy>(&parsed);
        ASSERT_EQ(found != nullptr, proxy.has_value()) << text;
        if (found != nullptr) {
            EXPECT_EQ(*found, *proxy) << text;
        }
    }
}

} // namespace connect_proxy_test
