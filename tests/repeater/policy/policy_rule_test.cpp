// What a policy says, and what is told of one that cannot be meant.
// SPDX-License-Identifier: EUPL-1.2
#include "repeater/policy/grant.hpp"
#include "repeater/policy/policy_book.hpp"
#include "repeater/policy/policy_change.hpp"
#include "repeater/policy/policy_rule.hpp"

#include <gtest/gtest.h>

#include <array>

namespace policy_rule_test {

using namespace repeater;
using namespace std::chrono_literals;

namespace {

policy_rule rule(std::string_view text) {
    return *parse_policy(text);
}

} // namespace

TEST(PolicyRule, SaysWhatAViewerMayDo) {
    EXPECT_EQ(rule("lab-* view-only").policy.viewer, (rfb::viewer_policy{.view_only = true}));
    EXPECT_EQ(rule("a view-only=no").policy.viewer, rfb::viewer_policy{});
    EXPECT_EQ(rule("a clipboard=none files=no chat=no").policy.viewer,
              (rfb::viewer_policy{false, false, false, false, false}));
    EXPECT_EQ(rule("a clipboard=to-viewer").policy.viewer,
              (rfb::viewer_policy{.clipboard_to_server = false}));
    EXPECT_EQ(rule("a clipboard=to-server").policy.viewer,
              (rfb::viewer_policy{.clipboard_to_viewer = false}));
    EXPECT_EQ(rule("a clipboard=both").policy, rfb::session_policy{});
    EXPECT_TRUE(rule("a changeable").policy.is_changeable);
    EXPECT_FALSE(rule("only-a-pattern").policy.holds());
}

TEST(PolicyRule, SaysWhichSecurityIsRequiredAndDenied) {
    const auto r = rule("a require-security=VncAuth,X509Plain deny-security=None deny-security=30");
    EXPECT_EQ(r.policy.security.required, (std::vector<std::uint32_t>{2, 262}));
    EXPECT_EQ(r.policy.security.denied, (std::vector<std::uint32_t>{1, 30}));
    EXPECT_FALSE(r.policy.must_be_read());
}

TEST(PolicyRule, HasLimits) {
    const auto r = rule("a session-max=3600 session-idle=60 session-bandwidth=2M");
    EXPECT_EQ(r.limits, (limits_of_policy{3600s, 60s, 2'000'000}));
}

TEST(PolicyRule, IsRefusedWithAReason) {
    struct row {
        std::string_view text;
        std::string_view why;
    };

    constexpr std::array rows{
        row{"", "a pattern"},
        row{"a viewonly", "viewonly: there is no such key"},
        row{"a view-only=maybe", "view-only: maybe is neither"},
        row{"a clipboard", "clipboard:  is none of"},
        row{"a deny-security=Nothing", "deny-security: Nothing is no security type"},
        row{"a deny-security=", "deny-security: a security type is missing"},
        row{"a session-max=long", "session-max: long is no number"},
        row{"a session-max=864001", "session-max: 864001 is no number"},
        row{"a session-bandwidth=x", "session-bandwidth: x is not a number of bytes"},
        row{"a view-only require-security=encrypted", "view-only, clipboard"},
    };
    for (const auto& each : rows) {
        const auto got = parse_policy(each.text);
        ASSERT_FALSE(got) << each.text;
        EXPECT_TRUE(got.error().starts_with(each.why)) << got.error();
    }
}

TEST(PolicyBook, TakesTheFirstThatFits) {
    const std::vector<policy_rule> all{rule("lab-1 view-only=no"), rule("lab-* view-only"),
                                       rule("* session-max=60")};
    session_terms otherwise;
    otherwise.limits.idle = 5s;
    EXPECT_FALSE(terms_of("lab-1", all, otherwise).policy.holds());
    EXPECT_EQ(terms_of("lab-1", all, otherwise).policy_name, "lab-1");
    EXPECT_TRUE(terms_of("LAB-2", all, otherwise).policy.viewer.view_only);
    const auto other = terms_of("host:5900", all, otherwise);
    EXPECT_EQ(other.limits.longest, 60s);
    EXPECT_EQ(other.limits.idle, 5s);
    EXPECT_EQ(terms_of("x", {}, otherwise).policy_name, "");
}

TEST(PolicyBook, NarrowsWhatHoldsToWhatSomebodyWasGranted) {
    session_terms terms;
    terms.limits.longest = 100s;
    terms.policy.viewer.files = false;
    narrow(terms, {rule("x view-only").policy, rule("x session-max=60 session-idle=5").limits});
    EXPECT_EQ(terms.policy.viewer, (rfb::viewer_policy{.view_only = true, .files = false}));
    EXPECT_EQ(terms.limits.longest, 60s);
    EXPECT_EQ(terms.limits.idle, 5s) << "where there was no limit";
    narrow(terms, {{}, rule("x session-max=80 session-idle=0 session-bandwidth=0").limits});
    EXPECT_EQ(terms.limits.longest, 60s) << "never longer";
    EXPECT_EQ(terms.limits.idle, 5s) << "0 is no limit, and lifts none";
    EXPECT_TRUE(terms.policy.viewer.view_only);
}

TEST(PolicyChange, ChangesWhatItNames) {
    const auto change = *parse_policy_change("view-only=no clipboard=none");
    EXPECT_EQ(change({.view_only = true, .files = false}),
              (rfb::viewer_policy{false, false, false, false, true}));
    EXPECT_TRUE((*parse_policy_change(""))({.view_only = true}).view_only);
    EXPECT_FALSE(parse_policy_change("view-only=x"));
    EXPECT_TRUE(parse_policy_change("session-max=5").error().starts_with("session-max: of a live"));
}

} // namespace policy_rule_test
