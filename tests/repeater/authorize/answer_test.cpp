// What answers mean, and that nothing that is not understood lets anybody in.
// SPDX-License-Identifier: EUPL-1.2
#include "repeater/authorize/answer.hpp"

#include <gtest/gtest.h>

#include <array>

namespace answer_test {

using namespace repeater;

TEST(Answer, LetsAPeerIn) {
    const auto plain = std::get<authorized>(parse_answer(R"({"allow": true})"));
    EXPECT_FALSE(plain.granted.holds());
    EXPECT_EQ(plain.key, "");
    const auto full = std::get<authorized>(
        parse_answer(R"({"allow": true, "policy": "view-only session-max=60", "key": "k1"})"));
    EXPECT_TRUE(full.granted.policy.viewer.view_only);
    EXPECT_EQ(full.granted.limits.longest, std::chrono::seconds(60));
    EXPECT_EQ(full.key, "k1");
}

TEST(Answer, KeepsAPeerOut) {
    EXPECT_EQ(std::get<unauthorized>(parse_answer(R"({"allow": false})")).reason, "");
    EXPECT_EQ(std::get<unauthorized>(parse_answer(R"({"allow":false,"reason":"Closed"})")).reason,
              "Closed");
}

TEST(Answer, IsNoneWhereItIsNotUnderstood) {
    const std::string long_key = R"({"allow": true, "key": ")" + std::string(201, 'x') + "\"}";
    const std::array<std::string, 10> texts{"",
                                            "yes",
                                            "[]",
                                            R"({"allow": 1})",
                                            R"({"allow": "true"})",
                                            R"({"allow": true} x)",
                                            R"({"allow": true, "polizy": "view-only"})",
                                            R"({"allow": true, "policy": "viewonly"})",
                                            R"({"allow": true, "policy": 1})",
                                            long_key};
    for (const auto& text : texts) {
        EXPECT_TRUE(std::holds_alternative<no_answer>(parse_answer(text))) << text;
    }
}

} // namespace answer_test
