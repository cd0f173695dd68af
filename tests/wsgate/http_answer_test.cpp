// What plain HTTP is answered with.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/http_answer.hpp"

#include <gtest/gtest.h>

#include <fmt/format.h>
#include <string>

namespace http_answer_test {

namespace {

namespace http = wsgate::http;
using wsgate::http_answer;
using wsgate::route_table;

const route_table routes(wsgate::default_routes());
const wsgate::access_options no_tokens;

wsgate::site site_of(const route_table& all, bool has_files) {
    return {all, no_tokens, {}, has_files, [](const std::string& directory) {
                return directory.empty() || directory == "novnc/" || directory == "a/b/";
            }};
}

http_answer decide(const wsgate::request& r, bool has_files) {
    return wsgate::decide(r, site_of(routes, has_files));
}

wsgate::request request(const std::string& start, const std::string& fields = "") {
    return std::get<wsgate::request>(
        wsgate::parse_head(start + "\r\nHost: h\r\n" + fields + "\r\n"));
}

const std::string upgrade = "Upgrade: websocket\r\nConnection: Upgrade\r\n"
                            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                            "Sec-WebSocket-Version: 13\r\n";

/// 1: a file. 2: readiness. 101: a session.
unsigned status(const http_answer& a) {
    if (std::holds_alternative<wsgate::send_file>(a)) {
        return 1;
    }
    if (std::holds_alternative<wsgate::tell_readiness>(a)) {
        return 2;
    }
    const auto* text = std::get_if<wsgate::text_response>(&a);
    return text == nullptr ? 101 : text->result_int();
}

} // namespace

TEST(HttpAnswer, FollowsTheTable) {
    struct row {
        std::string start;
        std::string fields;
        unsigned without_files;
        unsigned with_files;
    };

    const std::vector<row> table{
        {"GET / HTTP/1.1", "", 404, 1},
        {"HEAD / HTTP/1.1", "", 404, 1},
        {"GET /vnc.html HTTP/1.1", "", 404, 1},
        {"GET http://h/vnc.html HTTP/1.1", "", 404, 1},
        {"GET /healthz HTTP/1.1", "", 200, 200},
        {"HEAD /healthz HTTP/1.1", "", 200, 200},
        {"GET /healthz?x HTTP/1.1", "", 200, 200},
        {"GET /readyz HTTP/1.1", "", 2, 2},
        {"GET /readyz HTTP/1.1", upgrade, 404, 404},
        {"GET /websockify HTTP/1.1", "", 426, 426},
        {"GET /wsServer HTTP/1.1", "", 426, 426},
        {"HEAD /wsClient/ HTTP/1.1", "", 426, 426},
        {"GET /websockify HTTP/1.1", upgrade, 101, 101},
        {"GET /websockify?token=a HTTP/1.1", upgrade, 101, 101},
        {"GET http://h/wsServer HTTP/1.1", upgrade, 101, 101},
        {"GET /other HTTP/1.1", upgrade, 404, 404},
        {"GET / HTTP/1.1", upgrade, 404, 404},
        {"GET /healthz HTTP/1.1", upgrade, 404, 404},
        {"GET /websockify HTTP/1.0", upgrade, 400, 400},
        {"GET / HTTP/1.1", "Upgrade: h2c\r\nConnection: Upgrade\r\n", 404, 1},
        {"POST / HTTP/1.1", "", 405, 405},
        {"POST /websockify HTTP/1.1", upgrade, 405, 405},
        {"PUT / HTTP/1.1", "Content-Length: 5\r\n", 405, 405},
        {"DELETE / HTTP/1.1", "", 405, 405},
        {"OPTIONS * HTTP/1.1", "", 204, 204},
        {"OPTIONS / HTTP/1.0", "", 204, 204},
        {"OPTIONS /websockify HTTP/1.1", upgrade, 405, 405},
        {"OPTIONS / HTTP/1.1", "Content-Length: 5\r\n", 405, 405},
        {"TRACE / HTTP/1.1", "", 405, 405},
        {"CONNECT h:80 HTTP/1.1", "", 405, 405},
        {"BREW / HTTP/1.1", "", 501, 501},
        {"GET / HTTP/1.1", "Content-Length: 5\r\n", 400, 400},
        {"GET / HTTP/1.1", "Content-Length: 0\r\n", 404, 1},
        {"GET / HTTP/1.1", "Transfer-Encoding: chunked\r\n", 400, 400},
        {"GET /%zz HTTP/1.1", "", 400, 400},
        {"GET ftp://h/ HTTP/1.1", "", 400, 400},
        {"GET //evil.example/ HTTP/1.1", "", 404, 1},
        {"GET //websockify HTTP/1.1", upgrade, 101, 101},
        {"GET /./a/..//websockify// HTTP/1.1", upgrade, 101, 101},
        {"GET /%2fwebsockify HTTP/1.1", upgrade, 101, 101},
        {"GET wss://h/websockify HTTP/1.1", upgrade, 101, 101},
        {"GET /novnc/websockify HTTP/1.1", upgrade, 404, 101}, // where a page is
        {"GET /a/b/wsServer/ HTTP/1.1", upgrade, 404, 101},
        {"GET /a/websockify HTTP/1.1", upgrade, 404, 404},
        {"GET /.git/websockify HTTP/1.1", upgrade, 404, 404},
        {"GET /novnc/websockify HTTP/1.1", "", 404, 1},
        {"GET /../websockify HTTP/1.1", upgrade, 404, 404},
        {"GET /?token=a HTTP/1.1", upgrade, 404, 404},
        {"GET /vnc.html HTTP/1.1", "Sec-WebSocket-Key: a\r\n", 404, 404}, // no page asks so
        {"GET /websockify HTTP/1.1", "Sec-WebSocket-Version: 13\r\n", 426, 426},
        {"GET /a%5cb HTTP/1.1", "", 400, 400},
        {"GET /.git/config HTTP/1.1", "", 404, 404},
        {"GET /../etc/passwd HTTP/1.1", "", 404, 404},
    };
    for (const auto& r : table) {
        const auto asked = request(r.start, r.fields);
        EXPECT_EQ(status(decide(asked, false)), r.without_files) << r.start << "\n" << r.fields;
        EXPECT_EQ(status(decide(asked, true)), r.with_files) << r.start << "\n" << r.fields;
    }
}

TEST(HttpAnswer, RoutesSessions) {
    const auto route_of = [](const std::string& path) {
        const auto a = decide(request("GET " + path + " HTTP/1.1", upgrade), false);
        return std::get<wsgate::open_session>(a).where;
    };
    EXPECT_EQ(route_of("/wsServer"), routes.find("/wsServer"));
    EXPECT_EQ(route_of("/wsClient"), routes.find("/wsClient"));
    EXPECT_EQ(route_of("/websockify"), routes.find("/websockify"));
}

TEST(HttpAnswer, TakesEveryPathWhereOneTargetIsBehindAll) {
    const auto all = route_table::catch_all({"/wsServer", "server", wsgate::visitor::server});
    for (const auto* const path :
         {"/", "//x", "/?token=a", "/wsClient", "/readyz", "/a/b.html", "/../x"}) {
        const auto start = fmt::format("GET {} HTTP/1.1", path);
        const auto a = wsgate::decide(request(start, upgrade), site_of(all, true));
        ASSERT_EQ(status(a), 101U) << path;
        EXPECT_EQ(std::get<wsgate::open_session>(a).where->name, "server") << path;
    }
    const auto plain = [&all](const std::string& start, bool has_files) {
        return status(wsgate::decide(request(start), site_of(all, has_files)));
    };
    EXPECT_EQ(plain("GET / HTTP/1.1", false), 404U);
    EXPECT_EQ(plain("GET /any HTTP/1.1", false), 426U);
    EXPECT_EQ(plain("GET / HTTP/1.1", true), 1U);
    EXPECT_EQ(plain("GET /wsServer HTTP/1.1", true), 1U);
    EXPECT_EQ(plain("GET /readyz HTTP/1.1", true), 2U);
    EXPECT_EQ(status(wsgate::decide(request("GET /%zz HTTP/1.1", upgrade), site_of(all, true))),
              400U);
}

TEST(HttpAnswer, HasAllOfItBehindThePrefixToo) {
    auto all = wsgate::default_routes();
    for (auto& each : all) {
        each.path = "/vnc" + each.path;
    }
    const route_table behind(all, "/vnc");
    const auto decide_there = [&behind](const std::string& start, const std::string& fields = "") {
        return wsgate::decide(request(start, fields), site_of(behind, true));
    };
    const std::vector<std::pair<std::string, unsigned>> table{
        {"GET /vnc HTTP/1.1", 301},     {"GET //vnc HTTP/1.1", 301},
        {"GET /vnc/ HTTP/1.1", 1},      {"GET /vnc/healthz HTTP/1.1", 200},
        {"GET /healthz HTTP/1.1", 200}, {"GET /vnc/readyz HTTP/1.1", 2},
        {"GET /vnc.html HTTP/1.1", 1},  {"GET /vnc/websockify HTTP/1.1", 426},
    };
    for (const auto& [start, wanted] : table) {
        EXPECT_EQ(status(decide_there(start)), wanted) << start;
    }
    const auto moved = std::get<wsgate::text_response>(decide_there("GET /vnc?a=//b HTTP/1.1"));
    EXPECT_EQ(moved[http::field::location], "./vnc/?a=//b");
    const auto file = std::get<wsgate::send_file>(decide_there("GET /vnc//app/./ui.js HTTP/1.1"));
    EXPECT_EQ(file.path, "app/ui.js");
    EXPECT_EQ(file.otherwise, "vnc/app/ui.js");
    EXPECT_EQ(file.asked, "/vnc/app/ui.js");
    const auto at_root = std::get<wsgate::send_file>(decide_there("GET /app/ui.js HTTP/1.1"));
    EXPECT_EQ(at_root.path, "app/ui.js");
    EXPECT_EQ(at_root.asked, "/vnc/app/ui.js") << "one name for one file";
    for (const auto* const path : {"/vnc/websockify", "/websockify", "/vnc/novnc/websockify"}) {
        const auto a = decide_there(fmt::format("GET {} HTTP/1.1", path), upgrade);
        ASSERT_EQ(status(a), 101U) << path;
        EXPECT_EQ(std::get<wsgate::open_session>(a).where->path, "/vnc/websockify") << path;
    }
    EXPECT_EQ(status(decide_there("GET /other/websockify HTTP/1.1", upgrade)), 404U);
    EXPECT_EQ(status(decide_there("GET /vncx/websockify HTTP/1.1", upgrade)), 404U);
}

TEST(HttpAnswer, LetsATokenNameTheTargetOfAPage) {
    wsgate::access_options tokens;
    tokens.tokens.what = wsgate::token_options::kind::file;
    const auto opened = [&tokens](const std::string& target) {
        const auto r = request("GET " + target + " HTTP/1.1", upgrade);
        const auto a = wsgate::decide(r, {routes, tokens});
        const auto* const open = std::get_if<wsgate::open_session>(&a);
        return open == nullptr ? "" : open->where->path;
    };
    for (const auto* const good : {"/?token=a", "//?token=a", "/vnc.html?token=a",
                                   "/novnc/vnc_lite.html?x=y&token=a", "/novnc/?token=a"}) {
        EXPECT_EQ(opened(good), "/websockify") << good;
    }
    for (const auto* const bad :
         {"/", "/?token=", "/vnc.html", "/?other=a", "/core/rfb.js?token=a", "/nope?token=a"}) {
        EXPECT_EQ(opened(bad), "") << bad;
    }
    tokens.token_paths = {"/wsClient"}; // so that /websockify has a target without a token
    EXPECT_EQ(opened("/?token=a"), "");
    tokens.token_paths = {"/websockify"};
    tokens.tokens.from_host = true;
    EXPECT_EQ(opened("/vnc.html"), "/websockify");
}

/// All spellings of a path lead to one route, whose own path is what rules are looked up by.
TEST(HttpAnswer, KnowsEverySpellingByTheRoutesOwnPath) {
    const std::vector<std::string> starts{"/", "//", "/./", "/x/../", "/x/%2e%2e/", "/%2F", "/.//"};
    const std::vector<std::string> ends{"", "/", "//", "/.", "/./", "/x/..", "%2f", "/%2e", "?a=b"};
    for (const auto& start : starts) {
        for (const auto* const name : {"websockify", "%77ebsockify", "websocki%66%79"}) {
            for (const auto& end : ends) {
                for (const auto* const before : {"", "http://h", "WS://h:1"}) {
                    const auto target = before + start + name + end;
                    const auto a = decide(request("GET " + target + " HTTP/1.1", upgrade), true);
                    ASSERT_EQ(status(a), 101U) << target;
                    EXPECT_EQ(std::get<wsgate::open_session>(a).where->path, "/websockify")
                        << target;
                }
            }
        }
    }
}

TEST(HttpAnswer, SaysWhyAndWhatToDo) {
    const auto refused = [](const std::string& start, const std::string& fields = upgrade) {
        return std::get<wsgate::text_response>(decide(request(start, fields), true));
    };
    const auto old = refused("GET /websockify HTTP/1.0");
    EXPECT_NE(old.cause.find("HTTP/1.0"), std::string_view::npos);
    EXPECT_NE(old.advice.find("proxy_http_version 1.1"), std::string_view::npos);
    EXPECT_NE(refused("GET /x/websockify HTTP/1.1").advice.find("--prefix"),
              std::string_view::npos);
    EXPECT_NE(refused("GET /WSCLIENT HTTP/1.1").advice.find("case"), std::string_view::npos);
    EXPECT_NE(refused("GET /websockify%3ftoken=a HTTP/1.1").advice.find("encoded"),
              std::string_view::npos);
    EXPECT_FALSE(refused("POST /websockify HTTP/1.1").cause.empty());
}

TEST(HttpAnswer, TellsAttemptsFromOtherRequests) {
    const auto is_attempt = [](const std::string& start, const std::string& fields = "") {
        return wsgate::is_attempt_at_session(request(start, fields), site_of(routes, true));
    };
    EXPECT_TRUE(is_attempt("GET /nope HTTP/1.1", "Upgrade: websocket\r\n"));
    EXPECT_TRUE(is_attempt("GET /nope HTTP/1.0", "Sec-WebSocket-Version: 13\r\n"));
    EXPECT_TRUE(is_attempt("GET /nope HTTP/1.1", "Connection: keep-alive, Upgrade\r\n"));
    EXPECT_TRUE(is_attempt("POST //wsServer HTTP/1.1"));
    EXPECT_FALSE(is_attempt("GET /wp-login.php HTTP/1.1"));
    EXPECT_FALSE(is_attempt("GET /%zz HTTP/1.1"));
}

TEST(HttpAnswer, SaysWhetherTheConnectionStays) {
    const auto stays = [](const std::string& start, const std::string& fields = "") {
        return std::get<wsgate::text_response>(decide(request(start, fields), false)).keep_alive();
    };
    EXPECT_TRUE(stays("GET / HTTP/1.1"));
    EXPECT_TRUE(stays("GET /websockify HTTP/1.1"));
    EXPECT_TRUE(stays("POST / HTTP/1.1"));
    EXPECT_FALSE(stays("GET / HTTP/1.1", "Connection: close\r\n"));
    EXPECT_FALSE(stays("GET / HTTP/1.0"));
    EXPECT_FALSE(stays("GET / HTTP/1.0", "Connection: keep-alive\r\n"));
    EXPECT_FALSE(stays("POST / HTTP/1.1", "Content-Length: 5\r\n"));
    EXPECT_FALSE(stays("POST / HTTP/1.1", "Transfer-Encoding: chunked\r\n"));
    EXPECT_FALSE(stays("GET /nowhere HTTP/1.1", upgrade));
    EXPECT_FALSE(stays("GET /websockify HTTP/1.1", "Upgrade: websocket\r\n"));
}

TEST(HttpAnswer, TellsHowToDoBetter) {
    const auto field = [](const http_answer& a, http::field name) {
        return std::string{std::get<wsgate::text_response>(a)[name]};
    };
    const auto wrong_version =
        decide(request("GET /websockify HTTP/1.1", "Upgrade: websocket\r\nConnection: Upgrade\r\n"
                                                   "Sec-WebSocket-Version: 8\r\n"),
               false);
    EXPECT_EQ(status(wrong_version), 426U);
    EXPECT_EQ(field(wrong_version, http::field::sec_websocket_version), "13");
    EXPECT_EQ(field(wrong_version, http::field::upgrade), "websocket");
    EXPECT_EQ(field(wrong_version, http::field::connection), "Upgrade, close");
    for (const auto* const start : {"POST / HTTP/1.1", "OPTIONS * HTTP/1.1"}) {
        EXPECT_EQ(field(decide(request(start), false), http::field::allow), "GET, HEAD, OPTIONS");
    }
    EXPECT_EQ(field(decide(request("GET / HTTP/1.1"), false), http::field::server), "wsgate");
}

TEST(HttpAnswer, SaysWhatARefusalCountsAs) {
    using why = wsgate::handshake_failure;

    struct row {
        std::string start;
        std::string fields;
        std::optional<why> counted; ///< nothing: it is no failed handshake
    };

    const std::string other_version = "Upgrade: websocket\r\nConnection: Upgrade\r\n"
                                      "Sec-WebSocket-Version: 8\r\n";
    const std::string no_key = "Upgrade: websocket\r\nConnection: Upgrade\r\n"
                               "Sec-WebSocket-Version: 13\r\n";
    const std::vector<row> table{
        {"GET / HTTP/1.1", "", std::nullopt},
        {"GET /healthz HTTP/1.1", "", std::nullopt},
        {"GET /.git/config HTTP/1.1", "", std::nullopt},
        {"GET /websockify HTTP/1.1", "", std::nullopt},
        {"POST / HTTP/1.1", "", std::nullopt},
        {"BREW / HTTP/1.1", "", std::nullopt},
        {"POST /websockify HTTP/1.1", upgrade, why::bad_request},
        {"BREW /websockify HTTP/1.1", upgrade, why::bad_request},
        {"GET / HTTP/1.1", "Content-Length: 5\r\n", why::bad_request},
        {"GET /%zz HTTP/1.1", "", why::bad_request},
        {"GET //evil.example/ HTTP/1.1", "", std::nullopt},
        {"HEAD /websockify HTTP/1.1", upgrade, why::bad_request},
        {"GET /websockify HTTP/1.1", no_key, why::bad_request},
        {"GET /websockify HTTP/1.1", other_version, why::version},
        {"GET /other HTTP/1.1", upgrade, why::not_found},
    };
    for (const auto& r : table) {
        const auto answer = decide(request(r.start, r.fields), false);
        EXPECT_EQ(std::get<wsgate::text_response>(answer).counted, r.counted) << r.start << "\n"
                                                                              << r.fields;
    }
}

TEST(HttpAnswer, GivesHeadTheHeadOfGet) {
    const auto answer =
        std::get<wsgate::text_response>(decide(request("GET /healthz HTTP/1.1"), false));
    const auto get = wsgate::serialized(answer, http::verb::get);
    const auto head = wsgate::serialized(answer, http::verb::head);
    EXPECT_EQ(get, head + "ok\n");
    EXPECT_NE(head.find("Content-Length: 3\r\n"), std::string::npos);
}

} // namespace http_answer_test
