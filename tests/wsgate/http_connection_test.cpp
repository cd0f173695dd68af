// A connection whose n-th I/O fails, whatever it asks for: nothing stays behind.
// SPDX-License-Identifier: EUPL-1.2
#include "net/event_loop.hpp"
#include "net/listener.hpp"
#include "net/task_group.hpp"
#include "net/tcp_stream.hpp"
#include "net/worker.hpp"
#include "tests/support/scratch_directory.hpp"
#include "tests/support/scripted_stream.hpp"
#include "tests/support/tcp_client.hpp"
#include "tests/wsgate/metric_value.hpp"
#include "tests/wsgate/ws_peer.hpp"
#include "wsgate/http_connection.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace http_connection_test {

namespace {

namespace asio = boost::asio;
using namespace support;
using namespace std::chrono_literals;

constexpr auto loopback = "127.0.0.1";

/// A scripted stream that is looked at after its connection has gone.
class lent_stream final : public net::stream {
public:
    explicit lent_stream(scripted_stream& s) : of_(s) {}

    lent_stream(const lent_stream&) = delete;
    lent_stream& operator=(const lent_stream&) = delete;

    ~lent_stream() override { of_.close(); }

    net::io_result read_some(std::span<std::byte> into) override { return of_.read_some(into); }

    net::io_result write_some(std::span<const std::byte> b) override { return of_.write_some(b); }

    asio::awaitable<std::tuple<net::error_code>> wait(net::readiness what) override {
        return of_.wait(what);
    }

    void watch(net::stream_watcher* w) override { of_.watch(w); }

    void shutdown_send() override { of_.shutdown_send(); }

    void close() override { of_.close(); }

private:
    scripted_stream& of_;
};

/// A target that takes everything and closes when its client has.
class quiet_target {
public:
    explicit quiet_target(net::event_loop& context)
        : executor_(context.get_executor()), accepting_(executor_, [](const auto&) {}),
          clients_(executor_, [](const auto&) {}) {
        accepting_.spawn(listener_.run(
            [this](net::connection c) { clients_.spawn(serve(executor_, std::move(c))); },
            [](const net::error_code&) {}));
    }

    [[nodiscard]] std::uint16_t port() const { return listener_.local().port(); }

    void close() {
        accepting_.cancel();
        listener_.close();
    }

private:
    static asio::awaitable<void> serve(asio::any_io_executor executor, net::connection c) {
        net::tcp_stream client(executor, c);
        std::array<std::byte, 1024> room{};
        for (;;) {
            const auto got = client.read_some(room);
            if (got.error && !got.would_block()) {
                co_return;
            }
            (void)co_await client.wait(net::readiness::read);
        }
    }

    asio::any_io_executor executor_;
    net::listener listener_{{asio::ip::make_address(loopback), 0}, {}};
    net::task_group accepting_;
    net::task_group clients_;
};

/// What a client sends, under which configuration, and how that ends where nothing fails.
struct tale {
    const char* name;
    std::vector<bytes> sends;
    const char* answer; ///< how the first one begins
    const char* ends;   ///< what the log says of the session; empty: there is none
    void (*configure)(wsgate::config&) = [](wsgate::config&) {};
    bool is_reachable = true; ///< the target
};

std::ostream& operator<<(std::ostream& out, const tale& t) {
    return out << t.name;
}

/// The phases behind a scripted stream, as a worker goes through them.
asio::awaitable<void> play(const wsgate::accepted_connection& which,
                           std::unique_ptr<net::stream> client) {
    std::unique_ptr<wsgate::session> opened;
    {
        wsgate::arrival came;
        came.stream = std::move(client);
        came.peer = {asio::ip::make_address("192.0.2.7"), 4711};
        came.waiting = which.terms->doorman.wait_for_request(which.drop);
        came.deadline = net::clock::now() + which.conf().limits.handshake;
        wsgate::http_connection http(which, std::move(came));
        opened = co_await http.run();
    }
    if (opened) {
        co_await opened->run();
    }
}

/// One telling of a tale; its fault is set before run().
class telling {
public:
    explicit telling(const tale& t) {
        (void)directory_.file("page.txt", pattern(3000));
        client.incoming.assign(t.sends.begin(), t.sends.end());
        client.write_room = {40, 0, 100, 0, 0};
        wsgate::config c;
        c.web = directory_.path();
        c.viewer_target = {loopback, target_.port()};
        t.configure(c);
        terms_.emplace(std::make_shared<const wsgate::terms>(
            c, memory, std::make_shared<wsgate::ticket_ring>(), [](std::string_view) {}));
        if (!t.is_reachable) {
            target_.close();
        }
    }

    void run() {
        service::log log({log_file(), service::log_level::debug, 8192, "%v"});
        wsgate::journal journal(log, service::log_format::text);
        wsgate::readiness ready(context_.get_executor(), {}, [](const std::exception_ptr&) {});
        const wsgate::services shared{journal, metrics, ready};
        const wsgate::accepted_connection which{
            shared,   *terms_, (*terms_)->listeners.front(), context_.get_executor(),
            scratch_, {},      [](wsgate::limit) {}};
        asio::co_spawn(context_, play(which, std::make_unique<lent_stream>(client)),
                       [this](const std::exception_ptr& e) {
                           has_ended = !e;
                           target_.close();
                       });
        context_.run_for(10s);
        is_idle = context_.is_done();
    }

    /// The lines of the log that are of this event.
    [[nodiscard]] std::vector<std::string> lines(const std::string& event) const {
        std::vector<std::string> all;
        std::ifstream file(log_file());
        for (std::string line; std::getline(file, line);) {
            if (line.starts_with(event + " ")) {
                all.push_back(line);
            }
        }
        return all;
    }

    /// Attempts at a session that are over.
    [[nodiscard]] int attempts() const {
        int sum = 0;
        for (const auto* const how : {"completed", "target_failed", "refused"}) {
            sum += std::stoi(value_of(
                metrics.text(),
                std::string{R"(wsgate_sessions_total{route="viewer",result=")"} + how + "\"}"));
        }
        return sum;
    }

    [[nodiscard]] std::string active() const {
        return value_of(metrics.text(), R"(wsgate_sessions_active{route="viewer"})");
    }

private:
    [[nodiscard]] std::string log_file() const { return (directory_.path() / "log").string(); }

    scratch_directory directory_;
    net::event_loop context_;
    quiet_target target_{context_};
    std::vector<std::byte> scratch_ = std::vector<std::byte>(net::worker::scratch_size);

public:
    fault broken;
    scripted_stream client{context_.get_executor(), broken};
    wsgate::access_memory memory{wsgate::access_options{}};
    wsgate::metrics metrics;
    bool has_ended = false; ///< and let no exception out
    bool is_idle = false;   ///< nothing is left that could still happen

private:
    std::optional<std::shared_ptr<const wsgate::terms>> terms_;
};

void expect_nothing_left(const telling& told) {
    EXPECT_TRUE(told.has_ended);
    EXPECT_TRUE(told.is_idle) << "something hangs";
    EXPECT_TRUE(told.client.closed);
    EXPECT_EQ(told.memory.handshakes.size(), 0U);
    EXPECT_EQ(told.memory.sources.sessions(), 0U);
    EXPECT_EQ(told.lines("start").size(), told.lines("end").size());
    EXPECT_LE(told.lines("end").size(), 1U);
}

const std::string page = "GET /page.txt HTTP/1.1\r\nHost: h\r\n\r\n";

std::vector<bytes> a_session() {
    return {bytes_of(opening_request("/wsClient")),
            {},
            masked_frame(binary_frame, "RFB"),
            masked_frame(close_frame, close_text(1000))};
}

void connect_first(wsgate::config& c) {
    c.session.connect_first = true;
}

const std::vector<tale>& tales() {
    static const std::vector<tale> all{
        {"a file, in pieces, and then another",
         {bytes_of(page.substr(0, 9)), {}, bytes_of(page.substr(9)), bytes_of(page)},
         "HTTP/1.1 200 ",
         ""},
        {"no such file", {bytes_of("GET /none HTTP/1.1\r\nHost: h\r\n\r\n")}, "HTTP/1.1 404 ", ""},
        {"a body",
         {bytes_of("GET / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc")},
         "HTTP/1.1 400 ",
         ""},
        {"too many sessions", a_session(), "HTTP/1.1 503 ", "",
         [](wsgate::config& c) { c.access.limits.sessions.all = 0; }},
        {"a session", a_session(), "HTTP/1.1 101 ", "code=1000 closed_by=client"},
        {"a client that leaves",
         {bytes_of(opening_request("/wsClient"))},
         "HTTP/1.1 101 ",
         "code=1006 closed_by=client"},
        {"a target that cannot be reached", a_session(), "HTTP/1.1 101 ", "closed_by=target",
         [](wsgate::config&) {}, false},
        {"a session whose target is connected first", a_session(), "HTTP/1.1 101 ",
         "code=1000 closed_by=client", connect_first},
        {"a target that cannot be connected first", a_session(), "HTTP/1.1 502 ", "", connect_first,
         false},
    };
    return all;
}

class any_connection : public testing::TestWithParam<tale> {};

} // namespace

TEST_P(any_connection, EndsAsItsTaleSays) {
    telling told(GetParam());
    told.run();
    expect_nothing_left(told);
    EXPECT_TRUE(text_of(told.client.written).starts_with(GetParam().answer))
        << text_of(told.client.written);
    const std::string ends = GetParam().ends;
    ASSERT_EQ(told.lines("end").size(), ends.empty() ? 0U : 1U);
    if (!ends.empty()) {
        EXPECT_NE(told.lines("end").front().find(ends), std::string::npos)
            << told.lines("end").front();
        EXPECT_EQ(told.active(), "0");
        EXPECT_EQ(told.attempts(), 1);
    }
}

TEST_P(any_connection, LeavesNothingBehindWhicheverIoFails) {
    telling good(GetParam());
    good.run();
    ASSERT_GE(good.broken.count, 4);
    for (int n = 1; n <= good.broken.count; ++n) {
        SCOPED_TRACE(n);
        telling told(GetParam());
        told.broken.fail_at = n;
        told.run();
        expect_nothing_left(told);
        EXPECT_GE(told.broken.count, n) << "the I/O that was to fail was not tried";
        if (!told.lines("end").empty()) {
            EXPECT_EQ(told.active(), "0");
            EXPECT_EQ(told.attempts(), 1);
        }
    }
}

INSTANTIATE_TEST_SUITE_P(tales, any_connection, testing::ValuesIn(tales()));

} // namespace http_connection_test
