// The host that a client asked for, as it is told by Host and by proxies.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/access/client_host.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

namespace client_host_test {

namespace {

using wsgate::client_host;
using wsgate::header_not_believed;
using wsgate::proxy_rules;
using wsgate::real_ip_header;

wsgate::request request_with(const std::string& fields) {
    const auto parsed =
        wsgate::parse_head("GET / HTTP/1.1\r\nHost: inner:80\r\n" + fields + "\r\n");
    return std::get<wsgate::request>(parsed);
}

struct row {
    std::string fields;
    std::string host;
    std::string told_by;
    std::optional<std::uint16_t> port{};
};

proxy_rules rules(real_ip_header h = real_ip_header::x_forwarded_for) {
    proxy_rules r;
    r.header = h;
    return r;
}

} // namespace

TEST(ClientHost, IsToldByATrustedProxy) {
    const std::vector<row> table{
        {"", "inner:80", "Host"},
        {"X-Forwarded-Host: a.example\r\n", "a.example", "X-Forwarded-Host"},
        {"X-Forwarded-Host: a.example:81, b\r\n", "a.example:81", "X-Forwarded-Host"},
        {"X-Forwarded-Host: a.example\r\nX-Forwarded-Host: b\r\n", "a.example", "X-Forwarded-Host"},
        {"X-Forwarded-Host: \r\n", "inner:80", "Host"},
        {"X-Original-Host: a.example.\r\n", "a.example.", "X-Original-Host"},
        {"X-Original-Host: b\r\nX-Forwarded-Host: a\r\n", "a", "X-Forwarded-Host"},
        {"Forwarded: for=192.0.2.1;host=a.example;proto=https\r\n", "a.example", "Forwarded"},
        {"Forwarded: host=\"a.example:8443\", for=10.0.0.1;host=b\r\n", "a.example:8443",
         "Forwarded"},
        {"Forwarded: HOST=a\r\n", "a", "Forwarded"},
        {"Forwarded: for=\"x;host=evil\"\r\n", "inner:80", "Host"},
        {"Forwarded: host=a;host=b\r\n", "inner:80", "Host"},
        {"Forwarded: for=\", host=a\r\n", "inner:80", "Host"},
        {"Forwarded: host=b\r\nX-Forwarded-Host: a\r\n", "a", "X-Forwarded-Host"},
        {"X-Forwarded-Port: 8443\r\n", "inner:80", "Host", 8443},
        {"X-Forwarded-Port: 443, 8080\r\nX-Forwarded-Host: a\r\n", "a", "X-Forwarded-Host", 443},
        {"X-Forwarded-Port: 0\r\n", "inner:80", "Host"},
        {"X-Forwarded-Port: 65536\r\n", "inner:80", "Host"},
        {"X-Forwarded-Port: x\r\n", "inner:80", "Host"},
        {"X-Forwarded-Proto: https\r\n", "inner:80", "Host"},
    };
    for (const auto& each : table) {
        const auto r = request_with(each.fields);
        const auto asked = client_host(rules(), r, true);
        EXPECT_EQ(asked.host, each.host) << each.fields;
        EXPECT_EQ(asked.told_by, each.told_by) << each.fields;
        EXPECT_EQ(asked.port, each.port) << each.fields;
        EXPECT_EQ(header_not_believed(r, true), "") << each.fields;
        const auto of_stranger = client_host(rules(), r, false);
        EXPECT_EQ(of_stranger.host, "inner:80") << each.fields;
        EXPECT_EQ(of_stranger.port, std::nullopt) << each.fields;
        EXPECT_EQ(header_not_believed(r, false), each.told_by == "Host" ? "" : each.told_by);
    }
}

TEST(ClientHost, IsToldFirstByTheHeaderOfTheRules) {
    const auto r = request_with("Forwarded: host=b\r\nX-Forwarded-Host: a\r\n");
    EXPECT_EQ(client_host(rules(real_ip_header::forwarded), r, true).host, "b");
}

} // namespace client_host_test
