// Which IDs each policy admits, and what its files may hold.
// SPDX-License-Identifier: EUPL-1.2
#include "repeater/ids/id_files.hpp"
#include "repeater/ids/id_rules.hpp"
#include "tests/support/scratch_directory.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>
#include <sys/stat.h>

namespace id_rules_test {

namespace {

using namespace repeater;
using testing::HasSubstr;

constexpr std::uint64_t now = 2'000'000'000;

rfb::repeater_id id(std::string_view text) {
    return rfb::repeater_id::make(text).value();
}

/// The name of what is admitted, or the fault's word.
std::string judged(const id_rules& rules, std::string_view named) {
    const auto found = judge(rules, id(named), now);
    const auto* const why = std::get_if<id_fault>(&found);
    return why != nullptr ? std::string{to_string(*why)} : std::get<rfb::repeater_id>(found).text();
}

struct IdList : testing::Test {
    support::scratch_directory where;

    id_rules rules_of(std::string_view text, const rfb::hello_rules& rules = {}) {
        return read_id_rules({id_policy::list, where.file("ids", text), {}}, rules);
    }

    std::string complaint(std::string_view text, const rfb::hello_rules& rules = {}) {
        try {
            (void)rules_of(text, rules);
        } catch (const std::runtime_error& e) {
            return e.what();
        }
        return "none";
    }
};

} // namespace

TEST(IdRules, OpenAdmitsAll) {
    EXPECT_EQ(judged({}, "1234"), "1234");
    EXPECT_EQ(judged({}, "a_6a_b"), "a_6a_b");
}

TEST(IdRules, OfSignedIdsTheNameIsWhatMeets) {
    const id_rules rules{id_policy::signed_id, {}, {"0123456789abcdef"}};
    const auto signed_until = [&rules](std::uint64_t end) {
        return sign_id(rules.keys[0], {"desk", end});
    };
    EXPECT_EQ(judged(rules, signed_until(now + 10)), "desk");
    EXPECT_EQ(judged(rules, signed_until(now + 9999)), "desk");
    EXPECT_EQ(judged(rules, signed_until(now - 100)), "expired_id");
    EXPECT_EQ(judged(rules, "desk"), "not_signed");
    EXPECT_EQ(judged(rules, sign_id("another key", {"desk", now})), "wrong_signature");
}

TEST_F(IdList, HasAnIdALine) {
    const auto rules = rules_of("# customers\n\n alpha \r\nID:1482133770\nid:ID:x\ndesk 1\n");
    EXPECT_EQ(rules.listed.size(), 4U);
    for (const auto* const good : {"alpha", "1482133770", "x", "desk%201"}) {
        EXPECT_EQ(judged(rules, good), good);
    }
    for (const auto* const bad : {"Alpha", "1482133771", "ID", "desk", "#"}) {
        EXPECT_EQ(judged(rules, bad), "unknown_id");
    }
    EXPECT_EQ(judged(rules_of(""), "alpha"), "unknown_id") << "an empty list admits nobody";
}

TEST_F(IdList, IsReadAsPeersAre) {
    rfb::hello_rules alias;
    alias.uvnc_alias = true;
    const auto rules = rules_of("007\nALPHA\n", alias);
    EXPECT_EQ(judged(rules, "5907"), "5907");
    EXPECT_EQ(judged(rules, "alpha"), "alpha");
    rfb::hello_rules raw;
    raw.match = rfb::id_match::raw;
    EXPECT_EQ(judged(rules_of("a-1\nID:b\n", raw), "b"), "b");
    EXPECT_THAT(complaint("a\na b\n", raw), HasSubstr("ids: line 2 is no ID"));
    rfb::hello_rules exact;
    exact.match = rfb::id_match::exact;
    EXPECT_THAT(complaint("secret one\n", exact), HasSubstr("ids: line 1 is no ID"));
}

TEST_F(IdList, WhatNobodyCouldNameIsToldByItsLineAlone) {
    using namespace std::string_view_literals;
    for (const auto text : {"a\n-x\n"sv, "a\nalpha:5900\n"sv, "a\nalpha+KEY:a0\n"sv, "a\nID:\n"sv,
                            "a\nal\0pha\n"sv}) {
        const auto said = complaint(text);
        EXPECT_THAT(said, HasSubstr("ids: line 2 is no ID as")) << text;
        EXPECT_EQ(said.find("alpha"), std::string::npos);
    }
    EXPECT_THAT(complaint("\xff\xfe"
                          "a\0\n\0"sv),
                HasSubstr("UTF-16"));
}

TEST(IdFiles, ThatAreMissingAreNamed) {
    const auto complaint = [](const id_options& o) -> std::string {
        try {
            (void)read_id_rules(o, {});
        } catch (const std::runtime_error& e) {
            return e.what();
        }
        return "none";
    };
    EXPECT_THAT(complaint({id_policy::list, "/nonexistent/ids", {}}),
                HasSubstr("/nonexistent/ids: cannot read the list of IDs: No such file"));
    EXPECT_THAT(complaint({id_policy::signed_id, {}, "/nonexistent/keys"}),
                HasSubstr("/nonexistent/keys: cannot read the key: No such file"));
    EXPECT_EQ(complaint({}), "none");
}

} // namespace id_rules_test
