// Wildcards and addresses to listen on, in the form that all options share.
// SPDX-License-Identifier: EUPL-1.2
#include "net/text/listen_at.hpp"

#include <gtest/gtest.h>

namespace listen_at_test {

namespace {

using net::listen_at;
using net::asio::ip::make_address;

} // namespace

TEST(ListenAt, IsEveryAddressOrOne) {
    EXPECT_EQ(net::parse_listen_at("*:6080"), (listen_at{std::nullopt, 6080}));
    EXPECT_EQ(net::parse_listen_at("0.0.0.0:0"), (listen_at{make_address("0.0.0.0"), 0}));
    EXPECT_EQ(net::parse_listen_at("[::]:1"), (listen_at{make_address("::"), 1}));
    EXPECT_EQ(net::parse_listen_at("[::1]:1"), (listen_at{make_address("::1"), 1}));
    for (const auto* const bad : {"", "*", ":6080", "[*]:1", "::1", "::", "localhost:1", "*:65536",
                                  "127.0.0.1", "[127.0.0.1]:1", "**:1", "* :1"}) {
        EXPECT_FALSE(net::parse_listen_at(bad)) << bad;
    }
}

TEST(ListenAt, AHostAloneNeedsNoBrackets) {
    EXPECT_EQ(net::parse_listen_host("*"), listen_at{});
    EXPECT_EQ(net::parse_listen_host("192.0.2.7"), (listen_at{make_address("192.0.2.7"), 0}));
    EXPECT_EQ(net::parse_listen_host("::"), (listen_at{make_address("::"), 0}));
    EXPECT_EQ(net::parse_listen_host("[::]"), (listen_at{make_address("::"), 0}));
    for (const auto* const bad : {"", "[*]", "[192.0.2.7]", "localhost", "*:1", "::1]"}) {
        EXPECT_FALSE(net::parse_listen_host(bad)) << bad;
    }
}

TEST(ListenAt, OnlyLoopbackIsLoopback) {
    EXPECT_TRUE(net::parse_listen_at("127.0.0.1:1")->is_loopback());
    EXPECT_TRUE(net::parse_listen_at("[::1]:1")->is_loopback());
    EXPECT_FALSE(net::parse_listen_at("*:1")->is_loopback());
    EXPECT_FALSE(net::parse_listen_at("0.0.0.0:1")->is_loopback());
    EXPECT_FALSE(net::parse_listen_at("[::]:1")->is_loopback());
}

} // namespace listen_at_test
