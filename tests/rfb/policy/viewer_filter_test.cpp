// Which bytes of a viewer reach the server under a policy, however they are cut.
// SPDX-License-Identifier: EUPL-1.2
#include "rfb/policy/viewer_filter.hpp"
#include "tests/rfb/messages/client_examples.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>

namespace viewer_filter_test {

using namespace support;

namespace {

constexpr rfb::message_dialect all_dialects{.ultra = true, .tight = true};
constexpr rfb::viewer_policy view_only{.view_only = true};

struct named_policy {
    char letter;
    rfb::viewer_policy policy;
};

constexpr std::array policies{
    named_policy{'v', view_only}, named_policy{'c', {.clipboard_to_server = false}},
    named_policy{'f', {.files = false}}, named_policy{'x', {.chat = false}}};

const auto request = from_hex("03 01 0000 0000 0320 0258");
const auto key_down = from_hex("04 01 0000 0000ff0d");
const auto key_up = from_hex("04 00 0000 0000ff0d");

bytes passed(const rfb::viewer_policy& p, const bytes& said) {
    rfb::viewer_filter filter(p, all_dialects);
    bytes out;
    EXPECT_TRUE(filter.pass(said, out));
    return out;
}

/// At every cut the server gets the same.
void expect_passed(const rfb::viewer_policy& p, const bytes& said, const bytes& expected,
                   std::string_view what) {
    for_each_split(said, [&](const auto& parts) {
        rfb::viewer_filter filter(p, all_dialects);
        bytes out;
        for (const auto part : parts) {
            EXPECT_TRUE(filter.pass(part, out)) << what;
        }
        EXPECT_EQ(out, expected) << what;
    });
}

/// The session ends, and nothing of the message has passed.
rfb::surprise surprise_at(const rfb::viewer_policy& p, const bytes& said,
                          rfb::message_dialect d = all_dialects) {
    rfb::surprise what;
    for_each_split(said, [&](const auto& parts) {
        rfb::viewer_filter filter(p, d);
        bytes out;
        bool goes_on = true;
        for (const auto part : parts) {
            goes_on = filter.pass(part, out);
        }
        EXPECT_FALSE(goes_on);
        EXPECT_TRUE(filter.surprised());
        what = filter.surprised().value_or(what);
        EXPECT_EQ(out.size(), what.at);
        EXPECT_FALSE(filter.pass(request, out)) << "for good";
    });
    return what;
}

} // namespace

TEST(ViewerFilter, PassesEachMessageWholeOrNotAtAll) {
    for (const auto& [letter, policy] : policies) {
        for (const auto& [what, message, passes] : client_examples()) {
            const bool may = passes.find(letter) != std::string_view::npos;
            expect_passed(policy, joined({request, message, request}),
                          may ? joined({request, message, request}) : joined({request, request}),
                          std::string{what} + " under " + letter);
        }
    }
}

TEST(ViewerFilter, CountsWhatItDrops) {
    rfb::viewer_filter filter(view_only, {});
    bytes out;
    EXPECT_TRUE(filter.pass(joined({key_down, key_up, request}), out));
    EXPECT_EQ(filter.dropped().at(4), 2U);
    EXPECT_EQ(filter.dropped().at(3), 0U);
}

TEST(ViewerFilter, EndsASessionWithAMessageThatNobodyHasDescribed) {
    using surprise = rfb::surprise;
    for (const auto type : {12, 14, 127, 128, 152, 249, 252}) {
        const auto number = static_cast<std::uint8_t>(type);
        const auto said = joined({request, bytes{static_cast<std::byte>(type)}});
        EXPECT_EQ(surprise_at(view_only, said), (surprise{number, request.size()})) << type;
    }
    EXPECT_EQ(surprise_at(view_only, from_hex("ff 02 0000")), (surprise{255, 0}));
    EXPECT_EQ(surprise_at(view_only, from_hex("07 63 0000 00000000 00000000")), (surprise{7, 0}));
    EXPECT_EQ(surprise_at(view_only, from_hex("f8 000000 00000000 ff")), (surprise{248, 0}));
    EXPECT_EQ(surprise_at({.files = false}, from_hex("fe 01 0000"), {}), (surprise{254, 0}))
        << "somebody else's than UltraVNC's";
}

TEST(ViewerFilter, EndsASessionInWhichItAndTheServerWouldCountDifferently) {
    for (const auto& [letter, policy] : policies) {
        EXPECT_EQ(surprise_at(policy, from_hex("06 000000 fffffffc 08000001")).type, 6)
            << "the extended clipboard was never announced";
    }
    EXPECT_EQ(surprise_at(view_only, from_hex("06 000000 ffffffff")).type, 6);
    EXPECT_EQ(surprise_at(view_only, from_hex("06 000000 80000000")).type, 6);
}

TEST(ViewerFilter, KnowsNoPointerEventOfSevenBytes) {
    // With the extension on, 04 would be the seventh byte. It was taken out of the encodings.
    const auto said = joined({from_hex("05 81 0010 0020"), key_down});
    expect_passed({.files = false}, said, said, "a button and a key");
    expect_passed(view_only, said, {}, "neither");
}

TEST(ViewerFilter, SwallowsLongTextsWithoutKeepingThem) {
    rfb::viewer_filter filter({.files = false}, {});
    bytes out;
    EXPECT_TRUE(filter.pass(from_hex("06 000000 00100001"), out));
    const bytes text(1024, std::byte{'x'});
    for (int i = 0; i < 1024; ++i) {
        EXPECT_TRUE(filter.pass(text, out));
    }
    EXPECT_TRUE(out.empty());
    EXPECT_TRUE(filter.pass(joined({bytes(1 - 8 + 8), request}), out));
    EXPECT_EQ(out, request);
}

TEST(ViewerFilter, PassesTextsUpToAMebibyte) {
    bytes said = from_hex("06 000000 000ffff8");
    said.resize(said.size() + 0xffff8U, std::byte{'x'});
    EXPECT_EQ(passed({.files = false}, said), said);
}

TEST(ViewerFilter, NarrowsEncodings) {
    expect_passed(view_only, from_hex("02 a5 0004 00000007 fffffec4 c0a1e5ce 00000000"),
                  from_hex("02 a5 0002 00000007 00000000"), "two are taken out");
    expect_passed(view_only, from_hex("02 00 0000"), from_hex("02 00 0001 00000000"), "none");
    bytes many = from_hex("02 00 0400");
    many.resize(4 + 4 * 1024);
    EXPECT_EQ(passed(view_only, many), many);
    EXPECT_EQ(surprise_at(view_only, from_hex("02 00 0401")).type, 2) << "one more";
    std::fill(many.begin() + 4, many.end(), std::byte{0xff});
    const auto out = passed(view_only, many);
    EXPECT_EQ(out.size(), many.size());
    EXPECT_EQ(bytes(out.end() - 4, out.end()), bytes(4)) << "a picture in the place of the last";
}

TEST(ViewerFilter, ReleasesWhatIsHeldDownWhereAViewerMayOnlyViewFromNowOn) {
    rfb::viewer_filter filter({.files = false}, {});
    bytes out;
    const auto other_down = from_hex("04 01 0000 00000061");
    const auto other_up = from_hex("04 00 0000 00000061");
    const auto press = from_hex("05 05 0010 0020");
    const auto scan_code = from_hex("ff 00 0001 00000062 00000030");
    EXPECT_TRUE(filter.pass(joined({key_down, other_down, other_up, scan_code, press}), out));
    out.clear();
    filter.set(view_only, out);
    EXPECT_EQ(out, joined({key_up, from_hex("ff 00 0000 00000062 00000030"),
                           from_hex("05 00 0010 0020")}));
    out.clear();
    EXPECT_TRUE(filter.pass(joined({key_up, request}), out));
    EXPECT_EQ(out, request);
    filter.set(view_only, out);
    EXPECT_EQ(out, request) << "nothing is held down any more";
}

TEST(ViewerFilter, TakesAnotherPolicyFromTheNextMessageOn) {
    const auto text = from_hex("06 000000 00000004 74657874");
    const auto said = joined({key_down, text, text, request});
    for (std::size_t cut = key_down.size() + 8; cut < key_down.size() + text.size(); ++cut) {
        rfb::viewer_filter filter({.files = false}, {});
        bytes out;
        EXPECT_TRUE(filter.pass(std::span(said).first(cut), out));
        filter.set(view_only, out);
        EXPECT_TRUE(filter.pass(std::span(said).subspan(cut), out));
        EXPECT_EQ(out, joined({key_down, text, key_up, request})) << cut;
    }
    rfb::viewer_filter filter(view_only, {});
    bytes out;
    EXPECT_TRUE(filter.pass(std::span(key_down).first(5), out));
    filter.set({.files = false}, out);
    EXPECT_TRUE(filter.pass(joined({bytes(key_down.begin() + 5, key_down.end()), key_up}), out));
    EXPECT_EQ(out, key_up) << "what had begun is dropped whole";
}

} // namespace viewer_filter_test
