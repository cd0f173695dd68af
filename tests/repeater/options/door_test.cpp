// What --door and --server-door take, and how they refuse.
// SPDX-License-Identifier: EUPL-1.2
#include "repeater/options/door.hpp"
#include "service/option.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace door_options_test {

namespace {

using boost::asio::ip::make_address;
using repeater::door;
using repeater::parse_door;
using testing::HasSubstr;
using enum rfb::side;

const auto lab7 = rfb::repeater_id::make("lab7").value();

std::string refusal(rfb::side side, const std::string& text) {
    try {
        (void)parse_door(side, text, {});
        return {};
    } catch (const service::bad_option& e) {
        return e.what();
    }
}

} // namespace

TEST(Door, IsAPlaceAndAnId) {
    const std::vector<std::pair<std::string, net::listen_at>> table{
        {"5901=ID:lab7", {std::nullopt, 5901}},
        {"*:5901=ID:lab7", {std::nullopt, 5901}},
        {"127.0.0.1:5901=ID:lab7", {make_address("127.0.0.1"), 5901}},
        {"[::1]:0=ID:lab7", {make_address("::1"), 0}},
    };
    for (const auto& [text, at] : table) {
        const door wanted{server, at, lab7};
        EXPECT_EQ(parse_door(server, text, {}), wanted) << text;
    }
}

TEST(Door, TakesIdsAsPeersNameThem) {
    EXPECT_EQ(parse_door(viewer, "5901=ID:a=b", {}).id.text(), "a=b");
    rfb::hello_rules alias;
    alias.uvnc_alias = true;
    EXPECT_EQ(parse_door(viewer, "5901=ID:7", alias).id.text(), "5907");
}

TEST(Door, MayBeForSomeAddresses) {
    const auto made = parse_door(viewer, "5901=ID:lab7 from=10.0.0.0/8\tfrom=192.0.2.7", {});
    EXPECT_TRUE(made.admits(make_address("10.1.2.3")));
    EXPECT_TRUE(made.admits(make_address("192.0.2.7")));
    EXPECT_FALSE(made.admits(make_address("192.0.2.8")));
    EXPECT_FALSE(made.admits(make_address("::1")));
    EXPECT_TRUE(parse_door(viewer, "5901=ID:lab7", {}).admits(make_address("::1")));
}

TEST(Door, IsRefusedWithWhatToDo) {
    const std::vector<std::pair<std::string, std::string>> table{
        {"", "such as 5901=ID:lab7"},
        {"5901", "does not begin with PORT="},
        {"lab:5901=ID:lab7", "does not begin with PORT="},
        {"70000=ID:lab7", "does not begin with PORT="},
        {"5901=", "names no ID"},
        {"5901=ID:", "names no ID"},
        {"5901=lab7", "names no ID"},
        {"5901=ID:lab7:5902", "names no ID"},
        {"5901=ID:lab7 to=10.0.0.0/8", "to=10.0.0.0/8 is not from=NETWORK"},
        {"5901=ID:lab7 from=lab", "lab"},
    };
    for (const auto& [text, part] : table) {
        EXPECT_THAT(refusal(viewer, text), HasSubstr(part)) << text;
    }
    EXPECT_THAT(refusal(viewer, "5901"), HasSubstr("--door"));
    EXPECT_THAT(refusal(server, "5901"), HasSubstr("--server-door"));
}

} // namespace door_options_test
