// What --listen takes, and what a target is.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/options/listen_address.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace listen_address_test {

namespace {

using wsgate::catch_all;
using wsgate::parse_listen;
using wsgate::parse_target;
using wsgate::speech;
using wsgate::target;
using wsgate::visitor;

target unix_target(std::string path) {
    target t{std::move(path)};
    t.is_unix = true;
    return t;
}

target tls_target(std::string host, std::uint16_t port) {
    target t{std::move(host), port};
    t.tls = true;
    return t;
}

} // namespace

TEST(ListenAddress, SaysWhereEveryPathLeads) {
    const std::vector<std::pair<std::string, std::optional<catch_all>>> table{
        {"*:1", std::nullopt},
        {"*:1=routes", std::nullopt},
        {"*:1=server", catch_all{visitor::server}},
        {"*:1=viewer", catch_all{visitor::viewer}},
        {"[::1]:1=[::2]:3", catch_all{visitor::viewer, target{"::2", 3}}},
        {"sniff:*:1=server:2", catch_all{visitor::viewer, target{"server", 2}}},
        {"*:1=tls:host:2", catch_all{visitor::viewer, tls_target("host", 2)}},
        {"*:1=unix:/run/a=b", catch_all{visitor::viewer, unix_target("/run/a=b")}},
    };
    for (const auto& [text, leads_to] : table) {
        const auto at = parse_listen(text);
        ASSERT_TRUE(at) << text;
        EXPECT_EQ(at->leads_to, leads_to) << text;
        EXPECT_EQ(at->port, 1) << text;
    }
    EXPECT_EQ(parse_listen("tls:*:1=server")->speaks, speech::tls);
    EXPECT_EQ(parse_listen("TLS:*:1=server")->speaks, speech::tls);
    for (const auto* const bad : {"*:1=", "*:1=desk", "*:1=Server", "*:1=host:0", "*:1=unix:run",
                                  "*=server", "=server", "*:1=viewer="}) {
        EXPECT_FALSE(parse_listen(bad)) << bad;
    }
}

TEST(ListenAddress, MayBeAUnixSocket) {
    const auto at = parse_listen("tls:unix:/run/a:b=server");
    ASSERT_TRUE(at);
    EXPECT_EQ(at->unix_path, "/run/a:b");
    EXPECT_EQ(at->speaks, speech::tls);
    EXPECT_EQ(at->leads_to, catch_all{visitor::server});
    EXPECT_EQ(parse_listen("unix:/x")->leads_to, std::nullopt);
    EXPECT_TRUE(parse_listen("unix:/" + std::string(106, 'x')));
    for (const auto& bad : {std::string{"unix:/"}, std::string{"unix:run"}, std::string{"unix:"},
                            "unix:/" + std::string(107, 'x')}) {
        EXPECT_FALSE(parse_listen(bad)) << bad;
    }
}

TEST(TargetAddress, MayBeAUnixSocket) {
    const auto t = parse_target("unix:/run/vnc:1");
    ASSERT_TRUE(t);
    EXPECT_EQ(*t, unix_target("/run/vnc:1"));
    EXPECT_EQ(to_string(*t), "unix:/run/vnc:1");
    EXPECT_TRUE(parse_target("unix:/" + std::string(106, 'x')));
    for (const auto& bad :
         {std::string{"unix:/"}, std::string{"unix:run"}, "unix:/" + std::string(107, 'x')}) {
        EXPECT_FALSE(parse_target(bad)) << bad;
    }
    EXPECT_EQ(parse_target("unix:5900")->host, "unix"); // a host of that name
}

} // namespace listen_address_test
