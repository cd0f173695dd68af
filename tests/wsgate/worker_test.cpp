// Workers that accept on one socket: balance, numbers, news of who goes, and how that stops.
// SPDX-License-Identifier: EUPL-1.2
#include "net/event_loop.hpp"
#include "tests/support/scratch_directory.hpp"
#include "tests/wsgate/running_gateway.hpp"
#include "tests/wsgate/ws_peer.hpp"
#include "wsgate/worker.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

namespace worker_test {

namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using namespace support;

bool becomes_true(const std::function<bool()>& what) {
    const auto until = std::chrono::steady_clock::now() + 10s;
    while (!what()) {
        if (std::chrono::steady_clock::now() > until) {
            return false;
        }
        std::this_thread::sleep_for(1ms);
    }
    return true;
}

/// Some workers before one listener.
class crew {
public:
    explicit crew(std::size_t size) {
        for (std::size_t i = 0; i < size; ++i) {
            workers.push_back(std::make_unique<wsgate::worker>(shared_, terms_, count));
        }
        for (const auto& each : workers) {
            asio::post(each->executor(), [this, &where = *each] {
                where.accept_at(doors_, workers, [](const net::error_code&) {});
            });
        }
    }

    crew(const crew&) = delete;
    crew& operator=(const crew&) = delete;

    ~crew() {
        for (const auto& each : workers) {
            asio::co_spawn(each->executor(), each->stop_accepting(), asio::use_future).get();
        }
        for (const auto& each : workers) {
            asio::co_spawn(each->executor(), each->close_down(10s), asio::use_future).get();
        }
    }

    [[nodiscard]] tcp_client connect() const { return tcp_client(listener_.local().port()); }

    /// The least and the greatest load.
    [[nodiscard]] std::pair<std::size_t, std::size_t> loads() const {
        std::vector<std::size_t> all;
        for (const auto& each : workers) {
            all.push_back(each->load());
        }
        const auto [least, most] = std::minmax_element(all.begin(), all.end());
        return {*least, *most};
    }

    std::atomic<int> empty{0}; ///< how often the last connection has gone
    wsgate::attendance count{{[this] { ++empty; }, {}}};

private:
    scratch_directory directory_;
    wsgate::config config_ = loopback_gateway();
    service::log log_{
        {(directory_.path() / "log").string(), service::log_level::debug, 8192, "%v"}};
    wsgate::journal journal_{log_, service::log_format::text};
    net::event_loop loop_;
    wsgate::metrics metrics_;
    wsgate::terms_keeper terms_{loop_.get_executor(), config_, journal_, metrics_};
    wsgate::readiness ready_{loop_.get_executor(), {}, [](const std::exception_ptr&) {}};
    wsgate::services shared_{journal_, metrics_, ready_};
    net::listener listener_{{asio::ip::make_address("127.0.0.1"), 0}, config_.tcp};
    const std::vector<wsgate::worker::door> doors_{{&listener_, 0}};

public:
    std::vector<std::unique_ptr<wsgate::worker>> workers;
};

} // namespace

TEST(Worker, HandsOverWhereTheDifferenceIsMoreThanALittle) {
    using wsgate::is_worth_handing_over;
    EXPECT_FALSE(is_worth_handing_over(0, 0));
    EXPECT_TRUE(is_worth_handing_over(1, 0));
    EXPECT_FALSE(is_worth_handing_over(7, 7));
    EXPECT_TRUE(is_worth_handing_over(8, 7));
    EXPECT_FALSE(is_worth_handing_over(9, 8));
    EXPECT_TRUE(is_worth_handing_over(10, 8));
    EXPECT_FALSE(is_worth_handing_over(900, 800));
    EXPECT_TRUE(is_worth_handing_over(901, 800));
}

TEST(Worker, NoneIsIdleWhileAnotherHasTwo) {
    crew three(3);
    std::vector<tcp_client> clients;
    for (std::size_t n = 1; n <= 12; ++n) {
        clients.push_back(three.connect());
        ASSERT_TRUE(becomes_true([&three, n] { return three.count.present() == n; }));
        const auto [least, most] = three.loads();
        EXPECT_LE(most, least + 1) << n;
    }
    EXPECT_EQ(three.count.accepted(), 12U);
    EXPECT_EQ(three.empty, 0);
    clients.clear();
    EXPECT_TRUE(becomes_true([&three] { return three.empty == 1; }));
    EXPECT_EQ(three.loads().second, 0U);
}

TEST(Worker, StopsWhileConnectionsCome) {
    for (int round = 0; round < 10; ++round) {
        running_gateway gateway;
        std::atomic<bool> enough = false;
        std::atomic<int> came = 0;
        std::vector<std::thread> callers;
        for (int i = 0; i < 2; ++i) {
            callers.emplace_back([&gateway, &enough, &came] {
                while (!enough) {
                    try {
                        const auto client = gateway.connect();
                        ++came;
                    } catch (const std::exception&) { // nobody listens any more
                        std::this_thread::yield();
                    }
                }
            });
        }
        EXPECT_TRUE(becomes_true([&came] { return came > 20; }));
        gateway.stop();
        gateway.join();
        enough = true;
        for (auto& each : callers) {
            each.join();
        }
    }
}

TEST(Worker, AConnectionAfterAReloadComesUnderTheNewTerms) {
    auto config = loopback_gateway();
    config.threads = 3;
    running_gateway gateway(config);
    for (int round = 0; round < 30; ++round) {
        config.routes.clear();
        const auto path = "/of-round-" + std::to_string(round);
        config.routes.push_back(
            {path, path, wsgate::visitor::viewer, wsgate::target{"127.0.0.1", 1}});
        gateway.reload(config);
        (void)gateway.lines.wait_for(" reloaded");
        plain_peer peer(gateway.connect());
        peer.stream().send(bytes_of(opening_request(path)));
        ASSERT_EQ(peer.read_head().substr(9, 3), "101") << round;
    }
}

TEST(Seldom, IsDueOnceInAPause) {
    wsgate::seldom often(10s);
    const net::clock::time_point start{1h};
    EXPECT_TRUE(often.is_due(start));
    EXPECT_FALSE(often.is_due(start));
    EXPECT_FALSE(often.is_due(start + 9s));
    EXPECT_TRUE(often.is_due(start + 10s));
    EXPECT_FALSE(often.is_due(start + 11s));
}

TEST(Attendance, TellsOfTheLastAndOfSessions) {
    int none_left = 0;
    int sessions = 0;
    wsgate::attendance all({[&none_left] { ++none_left; }, [&sessions] { ++sessions; }});
    EXPECT_EQ(all.arrived(), wsgate::connection_number{1});
    EXPECT_EQ(all.arrived(), wsgate::connection_number{2});
    all.left(true);
    EXPECT_EQ(none_left, 0);
    EXPECT_EQ(sessions, 1);
    all.left(false);
    EXPECT_EQ(none_left, 1);
    EXPECT_EQ(sessions, 1);
    EXPECT_EQ(all.present(), 0U);
    EXPECT_EQ(all.accepted(), 2U);
}

TEST(Attendance, GivesEachANumberOfItsOwn) {
    constexpr std::uint64_t each = 10'000;
    wsgate::attendance all({});
    std::vector<std::vector<wsgate::connection_number>> numbers(4);
    std::vector<std::thread> threads;
    for (auto& mine : numbers) {
        threads.emplace_back([&all, &mine] {
            for (std::uint64_t i = 0; i < each; ++i) {
                mine.push_back(all.arrived());
            }
        });
    }
    for (auto& t : threads) {
        t.join();
    }
    std::set<wsgate::connection_number> together;
    for (const auto& some : numbers) {
        EXPECT_TRUE(std::is_sorted(some.begin(), some.end()));
        together.insert(some.begin(), some.end());
    }
    EXPECT_EQ(together.size(), 4 * each);
    EXPECT_EQ(*together.rbegin(), wsgate::connection_number{4 * each});
}

} // namespace worker_test
