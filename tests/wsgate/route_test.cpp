// From a request target to a side of the repeater.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/route.hpp"
#include "wsgate/url_path.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <string>

namespace {

using wsgate::decoded_path;
using wsgate::find_route;
using wsgate::route;
using namespace std::string_literals;

} // namespace

TEST(DecodedPath, TakesOriginFormAndAbsoluteForm) {
    const std::vector<std::pair<std::string, std::optional<std::string>>> table{
        {"/", "/"},
        {"/a/b", "/a/b"},
        {"/a?b=/c", "/a"},
        {"/?", "/"},
        {"/a%20b%2Fc", "/a b/c"},
        {"/%2e%2E/%00x", "/../\0x"s},
        {"/%252e", "/%2e"}, // once
        {"//x/y", "//x/y"},
        {"http://h/a", "/a"},
        {"HTTP://h:1/a?b", "/a"},
        {"https://h", "/"},
        {"http://h?x", "/"},
        {"http:///a", std::nullopt},
        {"http://", std::nullopt},
        {"ftp://h/a", std::nullopt},
        {"h:80", std::nullopt},
        {"*", std::nullopt},
        {"", std::nullopt},
        {"a", std::nullopt},
        {"/a#b", std::nullopt},
        {"/%", std::nullopt},
        {"/%4", std::nullopt},
        {"/%4g", std::nullopt},
        {"/%+1", std::nullopt},
        {"/%-1", std::nullopt},
        {"/% 1", std::nullopt},
    };
    for (const auto& [target, path] : table) {
        EXPECT_EQ(decoded_path(target), path) << target;
    }
}

TEST(FindRoute, FollowsTheTable) {
    const std::vector<std::pair<std::string, std::optional<route>>> table{
        {"/wsServer", route::server},
        {"/wsServer/", route::server},
        {"/wsClient", route::viewer},
        {"/wsClient/", route::viewer},
        {"/websockify", route::viewer},
        {"/websockify/", route::viewer},
        {"/websockify?token=a", route::viewer},
        {"/ws%53erver", route::server},
        {"http://h/websockify", route::viewer},
        {"/wsserver", std::nullopt},
        {"/wsServer//", std::nullopt},
        {"/wsServer/x", std::nullopt},
        {"/x/wsServer", std::nullopt},
        {"//wsServer", std::nullopt},
        {"/", std::nullopt},
        {"/?path=/wsServer", std::nullopt},
    };
    for (const auto& [target, where] : table) {
        const auto path = decoded_path(target);
        ASSERT_TRUE(path) << target;
        EXPECT_EQ(find_route(*path), where) << target;
    }
}
