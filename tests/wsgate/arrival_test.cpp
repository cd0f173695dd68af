// A client that leaves in the middle of its arrival.
// SPDX-License-Identifier: EUPL-1.2
#include "net/event_loop.hpp"
#include "net/worker.hpp"
#include "tests/support/bytes.hpp"
#include "tests/support/certificate.hpp"
#include "tests/support/scratch_directory.hpp"
#include "tests/wsgate/client_hello.hpp"
#include "tests/wsgate/metric_value.hpp"
#include "wsgate/arrival.hpp"

#include <boost/asio/co_spawn.hpp>
#include <gtest/gtest.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <fstream>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <sys/socket.h>
#include <system_error>
#include <utility>
#include <vector>

namespace arrival_test {

namespace {

namespace asio = boost::asio;
using namespace support;
using namespace std::chrono_literals;

const std::string header = "PROXY TCP4 192.0.2.7 198.51.100.1 4711 443\r\n";

/// Every place in the PROXY header and at the beginning of TLS's first record, some behind them.
std::vector<std::size_t> cuts_of(std::size_t all) {
    constexpr std::size_t beginning = 12;
    constexpr std::size_t step = 25;
    std::vector<std::size_t> cuts{all};
    for (std::size_t n = 0; n < all; n += n < header.size() + beginning ? 1 : step) {
        cuts.push_back(n);
    }
    return cuts;
}

/// One connection, of a trusted proxy, whose client sends `first` and then no more.
class arriving_client {
public:
    arriving_client() {
        static const auto own = make_certificate();
        config.listen = {*wsgate::parse_listen("127.0.0.1:0")};
        config.listen.front().speaks = wsgate::speech::sniffed;
        config.tls.certificates.push_back(
            {directory_.file("cert.pem", own.chain), directory_.file("key.pem", own.key)});
        config.proxy.accept = true;
        std::array<int, 2> ends{};
        if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends.data()) !=
            0) {
            throw std::system_error(errno, std::system_category(), "socketpair");
        }
        ours_ = net::unique_fd{ends[0]};
        client_ = net::unique_fd{ends[1]};
    }

    void run(std::span<const std::byte> first) {
        (void)::send(client_.get(), first.data(), first.size(), MSG_NOSIGNAL);
        (void)::shutdown(client_.get(), SHUT_WR);
        service::log log({log_file(), service::log_level::debug, 8192, "%v"});
        wsgate::journal journal(log, service::log_format::text);
        net::event_loop context;
        wsgate::readiness ready(context.get_executor(), {}, [](const std::exception_ptr&) {});
        const wsgate::services shared{journal, metrics, ready};
        const auto terms = std::make_shared<const wsgate::terms>(
            config, memory, std::make_shared<wsgate::ticket_ring>(), [](std::string_view) {});
        const wsgate::accepted_connection which{
            shared,   terms, terms->listeners.front(), context.get_executor(),
            scratch_, {},    [](wsgate::limit) {}};
        asio::co_spawn(context, arrive(which),
                       [this](const std::exception_ptr& e) { has_ended = !e; });
        context.run_for(10s);
        is_idle = context.is_done();
        came_as = came_ ? std::optional(came_->peer) : std::nullopt;
        came_.reset(); // it uses the event loop
    }

    /// Lines in the log of this event.
    [[nodiscard]] int told(const std::string& event) const {
        int all = 0;
        std::ifstream file(log_file());
        for (std::string line; std::getline(file, line);) {
            all += line.starts_with(event + " ") ? 1 : 0;
        }
        return all;
    }

    [[nodiscard]] int counted(const std::string& why) const {
        return std::stoi(
            value_of(metrics.text(), "wsgate_handshake_failures_total{reason=\"" + why + "\"}"));
    }

    wsgate::config config;
    wsgate::access_memory memory{wsgate::access_options{}};
    wsgate::metrics metrics;
    std::optional<asio::ip::tcp::endpoint> came_as; ///< who has arrived
    bool has_ended = false;                         ///< and let no exception out
    bool is_idle = false;                           ///< nothing is left that could still happen

private:
    asio::awaitable<void> arrive(const wsgate::accepted_connection& which) {
        wsgate::arriving first(which,
                               {std::move(ours_), {asio::ip::make_address("127.0.0.1"), 1}, {}});
        came_ = co_await first.run();
    }

    [[nodiscard]] std::string log_file() const { return (directory_.path() / "log").string(); }

    scratch_directory directory_;
    std::vector<std::byte> scratch_ = std::vector<std::byte>(net::worker::scratch_size);
    net::unique_fd ours_;
    net::unique_fd client_;
    std::optional<wsgate::arrival> came_;
};

} // namespace

TEST(Arriving, ALeavingClientIsToldOfOnceAndHoldsNoPlace) {
    auto all = bytes_of(header);
    const auto hello = client_hello();
    all.insert(all.end(), hello.begin(), hello.end());
    for (const auto n : cuts_of(all.size())) {
        SCOPED_TRACE(n);
        arriving_client client;
        client.run(std::span(all).first(n));
        EXPECT_TRUE(client.has_ended);
        EXPECT_TRUE(client.is_idle) << "something hangs";
        EXPECT_FALSE(client.came_as);
        EXPECT_EQ(client.memory.handshakes.size(), 0U);
        // A client that says nothing at all, or nothing behind the header, is no failure.
        const int in_header = n > 0 && n < header.size() ? 1 : 0;
        const int in_handshake = n > header.size() ? 1 : 0;
        EXPECT_EQ(client.told("proxy_header_failed"), in_header);
        EXPECT_EQ(client.counted("proxy_header"), in_header);
        EXPECT_EQ(client.told("tls_failed"), in_handshake);
        EXPECT_EQ(client.counted("tls"), in_handshake);
    }
}

TEST(Arriving, IsWhomTheProxySpeaksFor) {
    arriving_client client;
    client.run(bytes_of(header + "GET / HTTP/1.1\r\n"));
    EXPECT_TRUE(client.has_ended);
    ASSERT_TRUE(client.came_as);
    EXPECT_EQ(*client.came_as, asio::ip::tcp::endpoint(asio::ip::make_address("192.0.2.7"), 4711));
}

} // namespace arrival_test
