// What --listen takes, and how it refuses.
// SPDX-License-Identifier: EUPL-1.2
#include "repeater/options/listen_address.hpp"
#include "service/option.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace listen_address_test {

namespace {

using boost::asio::ip::make_address;
using repeater::listen_address;
using repeater::parse_listen;
using testing::HasSubstr;
using enum rfb::side;

std::string refusal(const std::string& text) {
    try {
        (void)parse_listen(text);
        return {};
    } catch (const service::bad_option& e) {
        return e.what();
    }
}

} // namespace

TEST(ListenAddress, IsAnAddressOrAPathAndASide) {
    const std::vector<std::pair<std::string, listen_address>> table{
        {"127.0.0.1:5901=viewer", {viewer, {make_address("127.0.0.1"), 5901}}},
        {"[::1]:0=server", {server, {make_address("::1"), 0}}},
        {"*:5901=viewer", {viewer, {std::nullopt, 5901}}},
        {"unix:/run/v.sock=viewer", {viewer, {}, "/run/v.sock"}},
        {"unix:/run/a=viewer,b=server", {server, {}, "/run/a=viewer,b"}},
        {"unix:/" + std::string(106, 'x') + "=viewer", {viewer, {}, "/" + std::string(106, 'x')}},
    };
    for (const auto& [text, expected] : table) {
        EXPECT_EQ(parse_listen(text), expected) << text;
    }
}

TEST(ListenAddress, IsRefusedWithWhatToDo) {
    const std::vector<std::pair<std::string, std::string>> table{
        {"", "does not end in =viewer or =server"},
        {"unix:/run/v", "--listen: unix:/run/v does not end in =viewer or =server"},
        {"unix:/run/v=client", "does not end in =viewer or =server"},
        {"unix:/run/v=", "does not end in =viewer or =server"},
        {"unix:/=viewer", "unix:/ is no absolute path of up to 107 bytes"},
        {"unix:run=viewer", "unix:run is no absolute path of up to 107 bytes"},
        {"unix:/" + std::string(107, 'x') + "=viewer", "of up to 107 bytes"},
        {"/run/v=viewer", "/run/v is not ADDRESS:PORT"},
        {"localhost:5901=viewer", "localhost:5901 is not ADDRESS:PORT"},
        {"5901=viewer", "5901 is not ADDRESS:PORT"},
        {"=viewer", "is not ADDRESS:PORT"},
    };
    for (const auto& [text, why] : table) {
        EXPECT_THAT(refusal(text), HasSubstr(why)) << text;
    }
}

} // namespace listen_address_test
