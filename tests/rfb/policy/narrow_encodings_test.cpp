// What is left of a viewer's encodings under each policy.
// SPDX-License-Identifier: EUPL-1.2
#include "rfb/policy/narrow_encodings.hpp"

#include <gtest/gtest.h>

namespace encodings_test {

namespace {

using list = std::vector<std::int32_t>;

constexpr auto ultra = [](unsigned last) { return static_cast<std::int32_t>(0xffff8000U + last); };
constexpr auto clipboard = static_cast<std::int32_t>(0xc0a1e5ceU);

list narrowed(list all, const rfb::viewer_policy& p) {
    rfb::narrow_encodings(all, p);
    return all;
}

} // namespace

TEST(Encodings, KeepTheirOrderAndTheirDoubles) {
    EXPECT_EQ(narrowed({7, 16, -26, 7, -224, 0}, {.view_only = true}),
              (list{7, 16, -26, 7, -224, 0}));
}

TEST(Encodings, OfExtensionsThatSomeMeasureOtherwiseAreNeverThere) {
    const list all{0, -316, -305, clipboard};
    EXPECT_EQ(narrowed(all, {}), (list{0}));
    EXPECT_EQ(narrowed(all, {.chat = false}), (list{0}));
}

TEST(Encodings, LoseWhatTheDeniedWouldNeed) {
    const list all{5, -309, ultra(2), ultra(3), ultra(5), ultra(6), ultra(7), -308};
    EXPECT_EQ(narrowed(all, {.view_only = true}), (list{5, ultra(2), ultra(6), -308}));
    EXPECT_EQ(narrowed(all, {.files = false}), (list{5, -309, ultra(3), ultra(5), ultra(6), -308}));
    EXPECT_EQ(narrowed(all, {.chat = false}), (list{5, -309, ultra(2), ultra(3), ultra(5), -308}));
    EXPECT_EQ(narrowed(all, {.clipboard_to_server = false}), all);
}

TEST(Encodings, FollowTheDesktopsSizeByTheOlderWayWhereThereIsOne) {
    EXPECT_EQ(narrowed({1, 0, -223, -308}, {.view_only = true}), (list{1, 0, -223}));
    EXPECT_EQ(narrowed({1, 0, -308}, {.view_only = true}), (list{1, 0, -308}));
}

TEST(Encodings, HaveAPicture) {
    EXPECT_EQ(narrowed({}, {.view_only = true}), (list{0}));
    EXPECT_EQ(narrowed({1, -223}, {.view_only = true}), (list{1, -223, 0}));
}

} // namespace encodings_test
