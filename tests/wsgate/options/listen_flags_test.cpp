// The options of listeners, targets and routes: what they give, and how they refuse.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/listener_rules.hpp"
#include "wsgate/options/command_line.hpp"
#include "wsgate/options/inherited_listeners.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace listen_flags_test {

namespace {

using service::early_exit;
using wsgate::config;
using wsgate::make_listener_rules;
using wsgate::route;
using wsgate::target;
using wsgate::visitor;
using sockets = std::vector<service::inherited_socket>;
using strings = std::vector<std::string>;

std::variant<config, service::early_exit> parse(std::vector<const char*> arguments) {
    arguments.insert(arguments.begin(), "wsgate");
    return wsgate::parse_command_line(static_cast<int>(arguments.size()), arguments.data());
}

config good(std::vector<const char*> arguments) {
    auto parsed = parse(std::move(arguments));
    if (const auto* bye = std::get_if<service::early_exit>(&parsed)) {
        throw std::runtime_error(bye->text);
    }
    return std::get<config>(std::move(parsed));
}

/// "PATH NAME TARGET" of each.
strings table_of(const config& c) {
    strings all;
    for (const auto& r : c.routes) {
        all.push_back(r.path + " " + r.name + " " + to_string(c.target_of(r)));
    }
    return all;
}

} // namespace

TEST(RouteOptions, HaveTheDefaults) {
    EXPECT_EQ(table_of(good({})),
              (strings{"/wsServer server 127.0.0.1:5500", "/wsClient viewer 127.0.0.1:5900",
                       "/websockify viewer 127.0.0.1:5900"}));
}

TEST(RouteOptions, FollowTheTargetsWhereverTheyStand) {
    EXPECT_EQ(table_of(good({"--route", "/in=server", "--viewer-target", "unix:/run/v",
                             "--server-target", "tls:s:1"})),
              (strings{"/wsServer server tls:s:1", "/wsClient viewer unix:/run/v",
                       "/websockify viewer unix:/run/v", "/in server tls:s:1"}));
}

TEST(RouteOptions, AddReplaceAndRemovePaths) {
    const auto c = good({"--route", "/desk/=h:1", "--route", "/wsClient=", "--route",
                         "/websockify=[::1]:2", "--route", "/desk=h:1", "--route", "/=viewer"});
    EXPECT_EQ(table_of(c),
              (strings{"/wsServer server 127.0.0.1:5500", "/websockify /websockify [::1]:2",
                       "/desk /desk h:1", "/ viewer 127.0.0.1:5900"}));
    EXPECT_EQ(c.routes.at(2), (route{"/desk", "/desk", visitor::viewer, target{"h", 1}}));
}

TEST(RouteOptions, PutThePrefixBeforeAll) {
    EXPECT_EQ(table_of(good({"--prefix", "/vnc/", "--route", "/desk=h:1", "--route", "/=h:2"})),
              (strings{"/vnc/wsServer server 127.0.0.1:5500", "/vnc/wsClient viewer 127.0.0.1:5900",
                       "/vnc/websockify viewer 127.0.0.1:5900", "/vnc/desk /vnc/desk h:1",
                       "/vnc /vnc h:2"}));
}

TEST(RouteOptions, WantTokensWhereverViewersCome) {
    EXPECT_EQ(good({"--prefix", "/vnc", "--route", "/desk=h:1", "--route", "/in=server"})
                  .access.token_paths,
              (strings{"/vnc/wsClient", "/vnc/websockify", "/vnc/desk"}));
    EXPECT_EQ(good({"--route", "/wsClient=", "--route", "/websockify=server"}).access.token_paths,
              strings{"/websockify"})
        << "of listeners that take any path; an empty list would mean all";
}

TEST(ListenOptions, MayBeUnixSockets) {
    EXPECT_TRUE(good({}).listens_by_default);
    EXPECT_EQ(good({}).unix_mode, 0600U);
    const auto c = good({"--unix-listen", "/run/a=b", "--listen", "unix:/run/c=viewer",
                         "--unix-listen-mode", "0660"});
    ASSERT_EQ(c.listen.size(), 2U);
    EXPECT_EQ(c.listen.at(0), *wsgate::parse_listen("unix:/run/c=viewer"));
    EXPECT_EQ(c.listen.at(1).unix_path, "/run/a=b");
    EXPECT_EQ(c.listen.at(1).leads_to, std::nullopt);
    EXPECT_EQ(c.unix_mode, 0660U);
    EXPECT_FALSE(c.listens_by_default);
}

TEST(InheritedListeners, TakeThePlaceOfTheDefault) {
    auto c = good({});
    wsgate::take_over(sockets{}, c);
    EXPECT_EQ(c.listen.size(), 1U);
    wsgate::take_over(sockets{{3, "server"}, {4, "viewer"}, {5, "wsgate.socket"}, {6, "routes"}},
                      c);
    ASSERT_EQ(c.listen.size(), 4U);
    EXPECT_EQ(c.listen.at(0).leads_to, wsgate::catch_all{visitor::server});
    EXPECT_EQ(c.listen.at(1).leads_to, wsgate::catch_all{visitor::viewer});
    EXPECT_EQ(c.listen.at(2).leads_to, std::nullopt);
    EXPECT_EQ(c.listen.at(3).leads_to, std::nullopt);
    EXPECT_EQ(c.listen.at(3).inherited, 6);
}

TEST(InheritedListeners, StandBesideOthers) {
    auto c = good({"--listen", "*:1"});
    wsgate::take_over(sockets{{3, ""}}, c);
    ASSERT_EQ(c.listen.size(), 2U);
    EXPECT_EQ(c.listen.at(0).port, 1);
}

TEST(RouteOptions, AreRefusedWithAReason) {
    const std::vector<std::pair<std::vector<const char*>, std::string>> table{
        {{"--route", "/desk"}, "/desk is not /PATH=TARGET"},
        {{"--route", "desk=h:1"}, "desk=h:1 is not /PATH=TARGET"},
        {{"--route", "/de%73k=h:1"}, "is not /PATH=TARGET"},
        {{"--route", "/desk=h"}, "--route: h is no target"},
        {{"--prefix", "vnc"}, "--prefix: vnc is not /PATH"},
        {{"--prefix", "/"}, "--prefix: / is not /PATH"},
        {{"--viewer-target", "unix:"}, "--viewer-target: unix: is no target"},
        {{"--unix-listen", "run"}, "--unix-listen: run is no absolute path"},
        {{"--unix-listen-mode", "0999"}, "--unix-listen-mode: 0999 is no mode"},
        {{"--unix-listen-mode", "1777"}, "--unix-listen-mode: 1777 is no mode"},
        {{"--listen", "unix:run"}, "--listen: unix:run is not"},
        {{"--listen", "*:1=desk"}, "--listen: *:1=desk is not ADDRESS:PORT[=MODE]"},
    };
    for (const auto& [arguments, why] : table) {
        const auto parsed = parse(arguments);
        const auto* bye = std::get_if<service::early_exit>(&parsed);
        ASSERT_NE(bye, nullptr) << why;
        EXPECT_EQ(bye->exit_code, 64);
        EXPECT_NE(bye->text.find(why), std::string::npos) << bye->text;
    }
}

TEST(ListenerRules, OfAnyPathHasThePoliciesOfTheMainPath) {
    const auto c = good({"--prefix", "/vnc", "--route", "/websockify=", "--listen", "*:1=server",
                         "--listen", "*:2=viewer", "--listen", "*:3=h:4", "--listen", "*:5"});
    const auto only = [&c](std::size_t i) {
        return make_listener_rules(c, c.listen.at(i)).routes.routes();
    };
    EXPECT_EQ(only(0), std::vector<route>{(route{"/vnc/wsServer", "server", visitor::server})});
    EXPECT_EQ(only(1), std::vector<route>{(route{"/vnc/websockify", "viewer", visitor::viewer})});
    EXPECT_EQ(only(2), std::vector<route>{
                           (route{"/vnc/websockify", "h:4", visitor::viewer, target{"h", 4}})});
    EXPECT_EQ(only(3), c.routes);
    EXPECT_TRUE(make_listener_rules(c, c.listen.at(2)).routes.takes_all());
    EXPECT_FALSE(make_listener_rules(c, c.listen.at(3)).routes.takes_all());
}

} // namespace listen_flags_test
