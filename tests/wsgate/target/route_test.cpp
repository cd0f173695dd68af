// From a request target to a route.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/http/url_path.hpp"
#include "wsgate/target/route.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <string>

namespace route_test {

namespace {

using wsgate::decoded_path;
using wsgate::route;
using wsgate::route_table;
using wsgate::visitor;
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

TEST(RouteTable, HasThePathsOfRepeatersAndNoVnc) {
    const std::vector<std::pair<std::string, std::string>> table{
        {"/wsServer", "server"},
        {"/wsServer/", "server"},
        {"/wsClient", "viewer"},
        {"/wsClient/", "viewer"},
        {"/websockify", "viewer"},
        {"/websockify/", "viewer"},
        {"/websockify?token=a", "viewer"},
        {"/ws%53erver", "server"},
        {"http://h/websockify", "viewer"},
        {"/wsserver", ""},
        {"/wsServer//", ""},
        {"/wsServer/x", ""},
        {"/x/wsServer", ""},
        {"//wsServer", ""},
        {"/", ""},
        {"/?path=/wsServer", ""},
    };
    const route_table routes(wsgate::default_routes());
    EXPECT_FALSE(routes.takes_all());
    for (const auto& [target, name] : table) {
        const auto path = decoded_path(target);
        ASSERT_TRUE(path) << target;
        const auto* const found = routes.find(*path);
        EXPECT_EQ(found == nullptr ? "" : found->name, name) << target;
        if (found != nullptr) {
            EXPECT_EQ(found->who, name == "server" ? visitor::server : visitor::viewer) << target;
        }
    }
}

TEST(RouteTable, MayHaveTheRoot) {
    const route_table routes(std::vector<route>{{"/", "root"}});
    EXPECT_NE(routes.find("/"), nullptr);
    EXPECT_EQ(routes.find("/x"), nullptr);
}

TEST(RouteTable, MayTakeEveryPath) {
    const auto all = route_table::catch_all({"/wsServer", "server", visitor::server});
    EXPECT_TRUE(all.takes_all());
    for (const auto* const path : {"/", "//x", "/wsClient", "/wsServer/x"}) {
        EXPECT_EQ(all.find(path), &all.routes().front()) << path;
    }
}

TEST(RoutePath, IsWhatADecodedPathCouldBe) {
    const std::vector<std::pair<std::string, std::optional<std::string>>> table{
        {"/desk", "/desk"},
        {"/desk/", "/desk"},
        {"/a/b", "/a/b"},
        {"/", "/"},
        {"/d\xc3\xa9sk", "/d\xc3\xa9sk"},
        {"desk", std::nullopt},
        {"", std::nullopt},
        {"//desk", std::nullopt},
        {"/de%73k", std::nullopt},
        {"/desk?a", std::nullopt},
        {"/desk#a", std::nullopt},
        {"/de sk", std::nullopt},
        {"/de\\sk", std::nullopt},
        {"/de\nsk", std::nullopt},
        {"/de\x7fsk", std::nullopt},
    };
    for (const auto& [text, path] : table) {
        EXPECT_EQ(wsgate::parse_route_path(text), path) << text;
    }
}

} // namespace route_test
