// Digest: the examples of RFC 7616 3.9 and RFC 2617 3.5, and which challenge is answered.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/tunnel/digest_login.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace digest_login_test {

namespace {

using wsgate::challenge;

const wsgate::user_password mufasa{"Mufasa", "Circle of Life"};
constexpr auto random_token = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ";

challenge digest(const char* algorithm) {
    return {"Digest",
            {{"realm", "http-auth@example.org"},
             {"qop", "auth, auth-int"},
             {"algorithm", algorithm},
             {"nonce", "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v"},
             {"opaque", "FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"}}};
}

std::string answer(const std::vector<challenge>& all, const wsgate::user_password& who = mufasa) {
    return wsgate::digest_credentials(all, who, "GET", "/dir/index.html", random_token)
        .value_or("none");
}

bool says(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

} // namespace

TEST(DigestLogin, AnswersAsTheExamplesDo) {
    EXPECT_EQ(answer({digest("MD5")}),
              "Digest username=\"Mufasa\", realm=\"http-auth@example.org\", "
              "nonce=\"7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v\", uri=\"/dir/index.html\", "
              "response=\"8ca523f5e9506fed4657c9700eebdbec\", algorithm=MD5, "
              "opaque=\"FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS\", "
              "cnonce=\"f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ\", qop=auth, nc=00000001");
    EXPECT_TRUE(
        says(answer({digest("sha-256")}),
             "response=\"753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1\""));
    const challenge old{"digest",
                        {{"realm", "testrealm@host.com"},
                         {"qop", "auth,auth-int"},
                         {"nonce", "dcd98b7102dd2f0e8b11d0f600bfb0c093"}}};
    const auto got = wsgate::digest_credentials({old}, {"Mufasa", "Circle Of Life"}, "GET",
                                                "/dir/index.html", "0a4f113b")
                         .value_or("");
    EXPECT_TRUE(says(got, "response=\"6629fae49393a05397450978507c4ef1\"")) << got;
    EXPECT_FALSE(says(got, "algorithm"));
}

TEST(DigestLogin, SaysOnlyWhatWasAskedFor) {
    const auto without_qop = answer({{"Digest", {{"realm", "r"}, {"nonce", "n"}}}});
    EXPECT_FALSE(says(without_qop, "cnonce") || says(without_qop, "nc=")) << without_qop;
    const auto session =
        answer({{"Digest", {{"realm", "r"}, {"nonce", "n"}, {"algorithm", "MD5-sess"}}}});
    EXPECT_TRUE(says(session, "cnonce=")) << "part of the secret";
    EXPECT_FALSE(says(session, "nc=")) << session;
    const auto marks = answer({{"Digest", {{"realm", "a\"b\\"}, {"nonce", "n"}}}}, {"x\"y", "p"});
    EXPECT_TRUE(says(marks, "username=\"x\\\"y\", realm=\"a\\\"b\\\\\"")) << marks;
}

TEST(DigestLogin, TakesTheBestChallenge) {
    EXPECT_TRUE(says(answer({digest("MD5"), digest("SHA-256")}), "algorithm=SHA-256"));
    EXPECT_TRUE(
        says(answer({digest("unheard-of"), {"Basic", {}}, digest("MD5")}), "algorithm=MD5"));
    EXPECT_TRUE(says(answer({digest("SHA-512-256-sess")}), "algorithm=SHA-512-256-sess"));
}

TEST(DigestLogin, IsSilentWhereItCannotAnswer) {
    for (const auto& each : std::vector<challenge>{
             digest("MD4"),
             digest("-sess"),
             {"Basic", {{"realm", "r"}, {"nonce", "n"}}},
             {"Digest", {{"realm", "r"}}},
             {"Digest", {{"nonce", "n"}}},
             {"Digest", {{"realm", "r"}, {"nonce", "n"}, {"qop", "auth-int"}}},
             {"Digest", {{"realm", "r"}, {"nonce", "n"}, {"qop", ""}}},
         }) {
        EXPECT_FALSE(wsgate::has_digest({each}));
        EXPECT_EQ(answer({each}), "none");
    }
    EXPECT_FALSE(wsgate::has_digest({}));
    EXPECT_TRUE(wsgate::has_digest({digest("MD5")}));
    EXPECT_EQ(answer({digest("MD5")}, {"a\r\nX: b", "p"}), "none") << "no field may be begun";
}

} // namespace digest_login_test
