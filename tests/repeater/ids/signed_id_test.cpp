// Signed IDs: a fixed example, their end, and every way to be wrong.
// SPDX-License-Identifier: EUPL-1.2
#include "repeater/ids/signed_id.hpp"

#include <gtest/gtest.h>

#include <string>
#include <variant>
#include <vector>

namespace signed_id_test {

namespace {

using namespace repeater;

const std::string key = "0123456789abcdef0123456789abcdef";
const std::string other_key = "0123456789abcdef0123456789abcdeF";
constexpr std::uint64_t end = 0x6a000000;

id_fault fault_of(std::string_view id, std::uint64_t now = end,
                  const std::vector<std::string>& keys = {key}) {
    return std::get<id_fault>(check_signed_id(keys, id, now));
}

} // namespace

TEST(SignedId, HasTheDocumentedForm) {
    // printf %s 'desk_7|6a000000' | openssl dgst -sha256 -hmac KEY -binary | base32 | head -c 26,
    // in small letters
    EXPECT_EQ(sign_id(key, {"desk_7", end}), "desk_7_6a000000_ldcf2jnfgvad67thyhe6lmh3zr");
}

TEST(SignedId, IsGoodUntilItsEndAndAMinuteMore) {
    for (const auto* const name : {"a", "_", "__", "desk_7", "7_6a000000", "Q"}) {
        const signed_id id{name, end};
        const auto text = sign_id(key, id);
        EXPECT_EQ(std::get<signed_id>(check_signed_id({key}, text, 0)), id);
        EXPECT_EQ(std::get<signed_id>(check_signed_id({key}, text, end + 59)), id);
        EXPECT_EQ(fault_of(text, end + 60), id_fault::expired);
        EXPECT_EQ(fault_of(text, ~std::uint64_t{0}), id_fault::expired);
    }
    const signed_id for_ever{"a", ~std::uint64_t{0}};
    EXPECT_EQ(std::get<signed_id>(check_signed_id({key}, sign_id(key, for_ever), end)), for_ever);
}

TEST(SignedId, IsGoodUnderEitherKey) {
    const auto text = sign_id(key, {"a", end});
    EXPECT_TRUE(std::holds_alternative<signed_id>(check_signed_id({other_key, key}, text, end)));
    EXPECT_TRUE(std::holds_alternative<signed_id>(check_signed_id({key, other_key}, text, end)));
    EXPECT_EQ(fault_of(text, end, {other_key}), id_fault::wrong_signature);
    EXPECT_EQ(fault_of(text, end, {}), id_fault::wrong_signature);
}

TEST(SignedId, NoCharacterOfItCanBeChanged) {
    const auto text = sign_id(key, {"desk_7", end});
    for (std::size_t i = 0; i < text.size(); ++i) {
        for (const char c : {'a', 'b', '2', 'A', '_', ' '}) {
            auto changed = text;
            changed[i] = c;
            if (changed != text) {
                EXPECT_TRUE(std::holds_alternative<id_fault>(check_signed_id({key}, changed, 0)))
                    << changed;
            }
        }
    }
}

TEST(SignedId, TheEndIsSignedAsWell) {
    const auto text = sign_id(key, {"a", end});
    const auto signature = text.substr(text.size() - 26);
    EXPECT_EQ(fault_of("a_7a000000_" + signature), id_fault::wrong_signature);
    EXPECT_EQ(fault_of("a_06a000000_" + signature), id_fault::wrong_signature);
    EXPECT_EQ(fault_of("a_6A000000_" + signature), id_fault::wrong_signature);
    EXPECT_EQ(fault_of("b_6a000000_" + signature), id_fault::wrong_signature);
}

TEST(SignedId, OtherTextIsNotSigned) {
    const std::string signature(26, 'a');
    for (const auto& text :
         {std::string{}, std::string{"1234"}, std::string{"_"}, std::string{"__"},
          "_6a_" + signature, "a__" + signature, "a_6a_" + signature.substr(1),
          "a_6a_" + signature + "a", "a-b_6a_" + signature, "a_xyz_" + signature,
          "a_-1_" + signature, "a_10000000000000000_" + signature, "6a_" + signature,
          std::string(201, 'a') + "_6a_" + signature}) {
        EXPECT_EQ(fault_of(text), id_fault::not_signed) << text;
    }
    EXPECT_EQ(fault_of(std::string(200, 'a') + "_6a_" + signature), id_fault::wrong_signature);
}

} // namespace signed_id_test
