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

TEST(DecodedPath, TakesTheOriginForm) {
    const std::vector<std::pair<std::string, std::optional<std::string>>> table{
        {"/", "/"},
        {"/a/b", "/a/b"},
        {"/a?b=/c", "/a"},
        {"/?", "/"},
        {"/a%20b%2Fc", "/a b/c"},
        {"/%2e%2E/%00x", "/../\0x"s},
        {"/%252e", "/%2e"}, // once
        {"//x/y", "//x/y"},
        {"http://h/a", std::nullopt}, // parse_head() takes it apart
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

TEST(AbsoluteForm, HasAnAuthority) {
    const auto parts = [](std::string_view target) {
        const auto got = wsgate::split_absolute_form(target);
        return got ? std::string{got->authority} + "|" + std::string{got->rest} : "";
    };
    EXPECT_EQ(parts("http://h/a"), "h|/a");
    EXPECT_EQ(parts("HTTP://h:1/a?b"), "h:1|/a?b");
    EXPECT_EQ(parts("https://h"), "h|");
    EXPECT_EQ(parts("ws://h?x"), "h|?x");
    EXPECT_EQ(parts("WSS://[::1]:1//x"), "[::1]:1|//x");
    for (const auto* const bad :
         {"http:///a", "http://", "ftp://h/a", "h:80", "*", "", "/http://h"}) {
        EXPECT_EQ(parts(bad), "") << bad;
    }
}

TEST(NormalPath, IsOneForAllSpellings) {
    const std::vector<std::pair<std::string, std::optional<std::string>>> table{
        {"/", "/"},        {"//", "/"},           {"/a", "/a"},
        {"/a/", "/a/"},    {"/a//", "/a/"},       {"//a///b", "/a/b"},
        {"/./a/.", "/a/"}, {"/a/../b", "/b"},     {"/a/b/..", "/a/"},
        {"/a/..", "/"},    {"/..", std::nullopt}, {"/a/../../b", std::nullopt},
        {"/...", "/..."},  {"/.a/b.", "/.a/b."},
    };
    for (const auto& [path, normal] : table) {
        EXPECT_EQ(wsgate::normal_path(path), normal) << path;
        if (normal) {
            EXPECT_EQ(wsgate::normal_path(*normal), normal) << path;
        }
    }
}

TEST(PathToShow, HasNoSecret) {
    const std::vector<std::pair<std::string, std::string>> table{
        {"/a?token=s", "/a"},
        {"/a%3Ftoken=s", "/a"},
        {"/a%253Ftoken%253Ds", "/a%253F"},
        {"/a&token=s", "/a&"},
        {"/TOKEN=s", "/"},
        {"wss://u:p@h/a?b", "/a"},
        {"http://h?token=s", ""},
        {"/a#token=s", "/a"},
        {"*", "*"},
        {"/novnc/websockify", "/novnc/websockify"},
    };
    for (const auto& [target, shown] : table) {
        EXPECT_EQ(wsgate::path_to_show(target), shown) << target;
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

TEST(RouteTable, KnowsWhatAPageMeansByAnAddressBesideItself) {
    const route_table routes({{"/p/desk", "short"}, {"/p/a/desk", "long"}, {"/p", "root"}}, "/p");
    const auto found = [&routes](std::string_view path, const std::string& page) {
        const auto* const r = routes.find_beside_page(
            path, [&page](std::string_view directory) { return directory == page; });
        return r == nullptr ? "" : r->name;
    };
    EXPECT_EQ(found("/p/x/desk", "/x/"), "short");
    EXPECT_EQ(found("/x/desk/", "/x/"), "short");
    EXPECT_EQ(found("/desk", "/"), "short");
    EXPECT_EQ(found("/p/x/a/desk", "/x/"), "long");
    EXPECT_EQ(found("/p/x/a/desk", "/x/a/"), "short");
    EXPECT_EQ(found("/p/x/desk", "/y/"), "");
    EXPECT_EQ(found("/p/xdesk", "/"), "");
    EXPECT_EQ(found("/p/x/", "/x/"), "");
    EXPECT_FALSE(routes.behind_prefix("/px"));
    EXPECT_FALSE(routes.behind_prefix("/p"));
    EXPECT_EQ(routes.behind_prefix("/p/x"), "/x");
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
