// Numbers by name, the format they are written in, and threads that count at once.
// SPDX-License-Identifier: EUPL-1.2
#include "tests/wsgate/metric_value.hpp"
#include "wsgate/ops/metrics.hpp"

#include <boost/asio/error.hpp>
#include <boost/system/errc.hpp>
#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

namespace metrics_test {

namespace {

using namespace std::chrono_literals;
using support::value_of;
namespace error = boost::asio::error;
using wsgate::close_code;
using wsgate::direction;
using wsgate::ended_by;

} // namespace

TEST(Metrics, FollowASession) {
    wsgate::metrics all;
    auto& route = all.route("viewer");
    {
        wsgate::session_meter session(all, route);
        EXPECT_EQ(value_of(all.text(), R"(wsgate_sessions_active{route="viewer"})"), "1");
        session.connected(3ms);
        session.moved(direction::to_tcp, 10);
        session.moved(direction::to_websocket, 20);
        session.moved(direction::to_websocket, 30);
        session.stalled(direction::to_websocket, true);
        session.stalled(direction::to_websocket, true);
        EXPECT_EQ(value_of(all.text(), R"(wsgate_stalled_sessions{direction="down"})"), "1");
        session.closed(close_code::normal, ended_by::tcp);
    }
    const auto text = all.text();
    EXPECT_EQ(value_of(text, R"(wsgate_sessions_active{route="viewer"})"), "0");
    EXPECT_EQ(value_of(text, R"(wsgate_stalled_sessions{direction="down"})"), "0");
    EXPECT_EQ(value_of(text, R"(wsgate_sessions_total{route="viewer",result="completed"})"), "1");
    EXPECT_EQ(value_of(text, R"(wsgate_sessions_total{route="viewer",result="refused"})"), "0");
    EXPECT_EQ(value_of(text, R"(wsgate_bytes_total{route="viewer",direction="up"})"), "10");
    EXPECT_EQ(value_of(text, R"(wsgate_bytes_total{route="viewer",direction="down"})"), "50");
    EXPECT_EQ(value_of(text, R"(wsgate_close_total{route="viewer",code="1000",side="target"})"),
              "1");
    EXPECT_EQ(value_of(text, R"(wsgate_target_connect_seconds_bucket{le="0.0025"})"), "0");
    EXPECT_EQ(value_of(text, R"(wsgate_target_connect_seconds_bucket{le="0.005"})"), "1");
    EXPECT_EQ(value_of(text, R"(wsgate_target_connect_seconds_bucket{le="+Inf"})"), "1");
    EXPECT_EQ(value_of(text, "wsgate_target_connect_seconds_sum"), "0.003");
    EXPECT_EQ(value_of(text, "wsgate_target_connect_seconds_count"), "1");
}

TEST(Metrics, TellFailuresApart) {
    wsgate::metrics all;
    auto& route = all.route("server");
    {
        wsgate::session_meter session(all, route);
        session.failed(error::connection_refused);
        session.closed(close_code{4321}, ended_by::websocket);
        session.closed(close_code{999}, ended_by::websocket);
        session.closed(close_code{1015}, ended_by::bridge);
    }
    wsgate::count_refused(route);
    all.handshake_failed(wsgate::handshake_failure::origin);
    const auto text = all.text();
    EXPECT_EQ(value_of(text, R"(wsgate_sessions_total{route="server",result="target_failed"})"),
              "1");
    EXPECT_EQ(value_of(text, R"(wsgate_sessions_total{route="server",result="completed"})"), "0");
    EXPECT_EQ(value_of(text, R"(wsgate_sessions_total{route="server",result="refused"})"), "1");
    EXPECT_EQ(
        value_of(text, R"(wsgate_target_connect_failures_total{route="server",reason="refused"})"),
        "1");
    EXPECT_EQ(value_of(text, R"(wsgate_close_total{route="server",code="other",side="client"})"),
              "2");
    EXPECT_EQ(value_of(text, R"(wsgate_close_total{route="server",code="1015",side="gateway"})"),
              "1");
    EXPECT_EQ(value_of(text, R"(wsgate_handshake_failures_total{reason="origin"})"), "1");
    EXPECT_EQ(value_of(text, R"(wsgate_handshake_failures_total{reason="token"})"), "0");
}

TEST(Metrics, KnowWhyATargetWasNotReached) {
    using why = wsgate::connect_failure;
    const std::vector<std::pair<net::error_code, why>> table{
        {error::connection_refused, why::refused},
        {error::timed_out, why::timed_out},
        {error::host_unreachable, why::unreachable},
        {error::network_unreachable, why::unreachable},
        {error::host_not_found, why::name},
        {error::service_not_found, why::name},
        {make_error_code(boost::system::errc::protocol_error), why::tls},
        {error::no_descriptors, why::other},
    };
    for (const auto& [ec, reason] : table) {
        EXPECT_EQ(wsgate::reason_of(ec), reason) << ec.message();
    }
}

TEST(Metrics, KeepTheirRoutes) {
    wsgate::metrics all;
    auto* const first = &all.route("a");
    (void)all.route("b");
    EXPECT_EQ(&all.route("a"), first);
    EXPECT_NE(&all.route("b"), first);
}

TEST(Metrics, CountOnManyThreads) {
    wsgate::metrics all;
    auto& route = all.route("viewer");
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
        threads.emplace_back([&all, &route] {
            for (int n = 0; n < 1000; ++n) {
                wsgate::session_meter session(all, route);
                session.moved(direction::to_tcp, 3);
            }
        });
    }
    (void)all.text(); // anyone may look meanwhile
    for (auto& each : threads) {
        each.join();
    }
    const auto text = all.text();
    EXPECT_EQ(value_of(text, R"(wsgate_bytes_total{route="viewer",direction="up"})"), "12000");
    EXPECT_EQ(value_of(text, R"(wsgate_sessions_total{route="viewer",result="completed"})"),
              "4000");
    EXPECT_EQ(value_of(text, R"(wsgate_sessions_active{route="viewer"})"), "0");
}

TEST(Metrics, TellWhenCertificatesExpire) {
    wsgate::metrics all;
    all.certificates({{"a.pem", 1}});
    all.certificates({{"b.pem", 2000000000}, {"c.pem", -5}});
    const auto text = all.text();
    EXPECT_EQ(value_of(text, R"(wsgate_tls_cert_not_after_seconds{certificate="a.pem"})"),
              "(none)");
    EXPECT_EQ(value_of(text, R"(wsgate_tls_cert_not_after_seconds{certificate="b.pem"})"),
              "2000000000");
    EXPECT_EQ(value_of(text, R"(wsgate_tls_cert_not_after_seconds{certificate="c.pem"})"), "-5");
}

TEST(Metrics, DescribeTheProcess) {
    const auto before = std::time(nullptr);
    const auto text = wsgate::metrics{}.text();
    const auto number = [&text](const char* name) { return std::stod(value_of(text, name)); };
    EXPECT_GT(number("process_cpu_seconds_total"), 0);
    EXPECT_GT(number("process_resident_memory_bytes"), 1e6);
    EXPECT_GE(number("process_virtual_memory_bytes"), number("process_resident_memory_bytes"));
    EXPECT_GE(number("process_open_fds"), 3);
    EXPECT_GT(number("process_max_fds"), number("process_open_fds"));
    EXPECT_LE(number("process_start_time_seconds"), static_cast<double>(before) + 1);
    EXPECT_GT(number("process_start_time_seconds"), static_cast<double>(before) - 86400.0);
}

} // namespace metrics_test
