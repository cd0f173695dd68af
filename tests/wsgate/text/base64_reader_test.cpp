// Base64 in every cut: RFC 4648's own table, and what is no base64.
// SPDX-License-Identifier: EUPL-1.2
#include "tests/support/bytes.hpp"
#include "wsgate/text/base64_reader.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace base64_reader_test {

namespace {

using namespace std::string_literals;

struct row {
    std::string text;
    std::string bytes; ///< before what spoils it
    bool good = true;
    bool whole = true;
};

const std::vector<row> table{
    {"", ""},
    {"Zg==", "f"},
    {"Zm8=", "fo"},
    {"Zm9v", "foo"},
    {"Zm9vYg==", "foob"},
    {"Zm9vYmE=", "fooba"},
    {"Zm9vYmFy", "foobar"},
    {"+/+/", "\xfb\xff\xbf"},
    {"AAAA", "\0\0\0"s},
    {"Z", "", true, false},
    {"Zg", "f", true, false},
    {"Zg=", "f", true, false},
    {"Zm8", "fo", true, false},
    {"=", "", false},
    {"Z=", "", false, false},
    {"Zm9v=", "foo", false},
    {"Zg==Zg==", "f", false},
    {"Zg=v", "f", false, false},
    {"Zh==", "f", false, false}, // bits that would be lost
    {"Zm9=", "fo", false, false},
    {"Zm9v\nYmFy", "foo", false},
    {"Zm 9v", "f", false, false},
    {"Zm-_", "f", false, false},
};

} // namespace

TEST(Base64Reader, FollowsTheTableInEveryCut) {
    for (const auto& r : table) {
        support::for_each_split(support::bytes_of(r.text), [&r](const auto& parts) {
            wsgate::base64_reader reader;
            std::string all;
            bool good = true;
            for (const auto part : parts) {
                support::bytes buffer(part.begin(), part.end());
                const auto got = reader.read(buffer);
                all += support::text_of(std::span(buffer).first(got.size));
                good = got.good;
                if (!good) {
                    break;
                }
            }
            EXPECT_EQ(all, r.bytes) << r.text;
            EXPECT_EQ(good, r.good) << r.text;
            EXPECT_EQ(reader.is_whole(), r.whole) << r.text;
        });
    }
}

} // namespace base64_reader_test
