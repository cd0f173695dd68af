// Challenges: what is a scheme, what a parameter, and what is neither.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/http/challenge.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace challenge_test {

namespace {

using wsgate::challenge;

std::vector<challenge> read(const char* text) {
    return wsgate::challenges_in({401, "", {{"WWW-Authenticate", text}}}, "www-authenticate");
}

} // namespace

TEST(Challenge, HasASchemeAndParameters) {
    struct row {
        const char* text;
        std::vector<challenge> all;
    };

    for (const auto& [text, all] : {
             row{"Basic", {{"Basic", {}}}},
             row{"Basic realm=\"a, b\" , charset=UTF-8 ",
                 {{"Basic", {{"realm", "a, b"}, {"charset", "UTF-8"}}}}},
             row{"Digest realm=\"say \\\"no\\\" \\\\\", nonce = \"n\",qop=\"auth,auth-int\"",
                 {{"Digest",
                   {{"realm", "say \"no\" \\"}, {"nonce", "n"}, {"qop", "auth,auth-int"}}}}},
             row{"A, B x=1, C", {{"A", {}}, {"B", {{"x", "1"}}}, {"C", {}}}},
             row{"Digest realm=\"never closed", {{"Digest", {{"realm", "never closed"}}}}},
             row{"realm=\"x\"", {}}, // whose?
             row{", ,", {}},
             row{"\"x\"", {}},
         }) {
        EXPECT_EQ(read(text), all) << text;
    }
}

TEST(Challenge, IsFoundInAllFieldsOfTheName) {
    const auto all = wsgate::challenges_in(
        {407, "", {{"Proxy-Authenticate", "A"}, {"X", "B"}, {"proxy-authenticate", "C r=1"}}},
        "Proxy-Authenticate");
    ASSERT_EQ(all.size(), 2U);
    ASSERT_NE(all[1].find("R"), nullptr);
    EXPECT_EQ(*all[1].find("R"), "1");
    EXPECT_EQ(all[0].find("r"), nullptr);
}

} // namespace challenge_test
