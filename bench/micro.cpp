// What the parts cost alone: parsers, rendezvous, pump.
// SPDX-License-Identifier: EUPL-1.2
#include "net/pump.hpp"
#include "net/tcp_channel.hpp"
#include "net/worker.hpp"
#include "repeater/rules/rendezvous.hpp"
#include "rfb/bytes.hpp"
#include "rfb/handshake.hpp"
#include "rfb/hello.hpp"
#include "rfb/messages/server_reader.hpp"
#include "rfb/policy/viewer_filter.hpp"

#include <benchmark/benchmark.h>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <future>
#include <string>
#include <sys/socket.h>
#include <system_error>
#include <thread>
#include <vector>

namespace {

using rfb::side;

std::vector<std::byte> bytes_of(std::string_view text) {
    const auto bytes = std::as_bytes(std::span(text));
    return {bytes.begin(), bytes.end()};
}

std::vector<std::byte> block_of(std::string_view text) {
    auto block = bytes_of(text);
    block.resize(rfb::hello_rules{}.size);
    return block;
}

void parse_id(benchmark::State& state) {
    const auto block = block_of("ID:technician4711");
    const rfb::hello_rules rules;
    for (auto _ : state) {
        benchmark::DoNotOptimize(rfb::parse_hello(block, side::server, rules));
    }
}

void parse_mode1_destination(benchmark::State& state) {
    const std::string text = "[2001:db8::17]:5901";
    for (auto _ : state) {
        benchmark::DoNotOptimize(rfb::parse_destination(text));
    }
}

void read_hello(benchmark::State& state) {
    const auto block = block_of("ID:technician4711");
    const auto piece = static_cast<std::size_t>(state.range(0));
    const rfb::hello_rules rules;
    for (auto _ : state) {
        rfb::hello_reader reader(rules);
        for (std::size_t at = 0; at < block.size(); at += piece) {
            reader.feed(std::span(block).subspan(at, std::min(piece, block.size() - at)));
        }
        benchmark::DoNotOptimize(reader.complete());
    }
}

// RFC 6143 7.1-7.3, version 3.8, no authentication.
void read_handshake(benchmark::State& state) {
    const auto version = bytes_of("RFB 003.008\n");
    const std::array types{std::byte{1}, std::byte{1}};
    const std::array choice{std::byte{1}};
    const std::array<std::byte, 4> security_result{};
    const std::array shared{std::byte{1}};
    std::vector<std::byte> server_init(24 + 7);
    server_init[23] = std::byte{7}; // length of the desktop's name
    for (auto _ : state) {
        rfb::handshake_reader reader;
        reader.feed(side::server, version);
        reader.feed(side::viewer, version);
        reader.feed(side::server, types);
        reader.feed(side::viewer, choice);
        reader.feed(side::server, security_result);
        reader.feed(side::viewer, shared);
        reader.feed(side::server, server_init);
        if (reader.facts().reached != rfb::handshake_facts::stage::complete) {
            state.SkipWithError("the handshake was not understood");
        }
    }
}

// Under IDs of their own.
repeater::rendezvous where_servers_wait(std::uint64_t servers) {
    repeater::rendezvous waiting(repeater::duplicate_policy::replace);
    for (std::uint64_t i = 0; i < servers; ++i) {
        const auto id = rfb::repeater_id::make("other" + std::to_string(i)).value();
        (void)waiting.arrive(id, side::server, repeater::session_number{i});
    }
    return waiting;
}

// One server waits among `range` others, and its viewer comes.
void meet(benchmark::State& state) {
    const auto others = static_cast<std::uint64_t>(state.range(0));
    auto waiting = where_servers_wait(others);
    const auto id = rfb::repeater_id::make("technician4711").value();
    for (auto _ : state) {
        benchmark::DoNotOptimize(
            waiting.arrive(id, side::server, repeater::session_number{others + 1}));
        benchmark::DoNotOptimize(
            waiting.arrive(id, side::viewer, repeater::session_number{others + 2}));
    }
}

// One server waits among `range` others, and goes.
void wait_and_leave(benchmark::State& state) {
    const auto others = static_cast<std::uint64_t>(state.range(0));
    auto waiting = where_servers_wait(others);
    const auto id = rfb::repeater_id::make("technician4711").value();
    for (auto _ : state) {
        benchmark::DoNotOptimize(
            waiting.arrive(id, side::server, repeater::session_number{others + 1}));
        waiting.leave(id, repeater::session_number{others + 1});
    }
}

/// A stream of the pump's, and the end of it that a peer would hold.
struct connection_and_peer {
    connection_and_peer() {
        std::array<int, 2> ends{};
        if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) {
            throw std::system_error(errno, std::generic_category(), "socketpair");
        }
        ours = net::unique_fd(ends[0]);
        peer = net::unique_fd(ends[1]);
    }

    net::unique_fd ours;
    net::unique_fd peer;
};

struct no_observer final : net::pump_observer {
    std::span<const std::byte> passing(std::span<const std::byte> bytes) override { return bytes; }

    [[nodiscard]] std::uint64_t may_pass_unseen() const override { return everything; }

    void passed_unseen(std::uint64_t /*count*/) override {}
};

/// A pump on a thread of its own, from one socket pair to another, until the first one's peer ends.
class pump_on_a_thread final : net::poller::watcher {
public:
    /// `pipes`: how many the thread may lend; without one it copies.
    explicit pump_on_a_thread(std::size_t pipes) : pipes_(pipes) {
        boost::asio::post(thread_.loop(), [this] {
            from_.watch(thread_.loop(), *this);
            to_.watch(thread_.loop(), *this);
        });
    }

    pump_on_a_thread(const pump_on_a_thread&) = delete;
    pump_on_a_thread& operator=(const pump_on_a_thread&) = delete;

    ~pump_on_a_thread() {
        (void)::shutdown(source(), SHUT_WR);
        over_.get_future().wait();
        thread_.join();
    }

    [[nodiscard]] int source() const { return source_.peer.get(); }

    [[nodiscard]] int sink() const { return sink_.peer.get(); }

private:
    void wake(net::ready r) override {
        from_.note(r);
        to_.note(r);
        const auto state = pump_.run(resources_);
        if (state == net::pump::state::goes_on) {
            thread_.loop().again(*this);
        } else if (state == net::pump::state::ended) {
            from_.close();
            to_.close();
            over_.set_value();
        }
    }

    connection_and_peer source_;
    connection_and_peer sink_;
    no_observer observer_;
    std::promise<void> over_;
    net::worker thread_;
    net::pipe_pool pipes_;
    net::pump_resources resources_{thread_.scratch(), pipes_};
    net::tcp_channel from_{std::move(source_.ours)};
    net::tcp_channel to_{std::move(sink_.ours)};
    net::pump pump_{from_, to_, observer_};
};

// Each message is through before the next one is sent: what readiness, read and write cost.
void pump_messages(benchmark::State& state) {
    const pump_on_a_thread pump(1);
    std::vector<std::byte> message(static_cast<std::size_t>(state.range(0)));
    for (auto _ : state) {
        (void)::send(pump.source(), message.data(), message.size(), MSG_NOSIGNAL);
        (void)::recv(pump.sink(), message.data(), message.size(), MSG_WAITALL);
    }
    state.SetBytesProcessed(state.iterations() * state.range(0));
}

// Sent from a thread of its own as fast as it goes.
void pump_stream(benchmark::State& state) {
    const pump_on_a_thread pump(static_cast<std::size_t>(state.range(0)));
    const std::jthread sender([&pump](const std::stop_token& stop) {
        const std::vector<std::byte> chunk(std::size_t{256} * 1024);
        while (!stop.stop_requested()) {
            (void)::send(pump.source(), chunk.data(), chunk.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
        }
    });
    std::vector<std::byte> buffer(std::size_t{256} * 1024);
    std::int64_t received = 0;
    for (auto _ : state) {
        received += ::recv(pump.sink(), buffer.data(), buffer.size(), 0);
    }
    state.SetBytesProcessed(received);
}

// What a viewer says under a policy: a key, a click and a request for pictures.
void filter_messages(benchmark::State& state, rfb::viewer_policy policy) {
    const auto said = bytes_of({"\x04\x01\x00\x00\x00\x00\xff\x0d"
                                "\x05\x01\x00\x10\x00\x20"
                                "\x03\x01\x00\x00\x00\x00\x03\x20\x02\x58",
                                24});
    constexpr std::int64_t messages = 3;
    rfb::viewer_filter filter(policy, {});
    std::vector<std::byte> out;
    for (auto _ : state) {
        out.clear();
        benchmark::DoNotOptimize(filter.pass(said, out));
    }
    state.SetItemsProcessed(state.iterations() * messages);
}

// An update of 16 small rectangles.
void measure_update(benchmark::State& state) {
    constexpr std::size_t rectangles = 16;
    std::vector<std::byte> update{std::byte{0}, std::byte{0}, std::byte{0}, std::byte{rectangles}};
    const auto copy_rect = bytes_of({"\x00\x00\x00\x00\x00\x10\x00\x10\x00\x00\x00\x01"
                                     "\x00\x00\x00\x00",
                                     16});
    for (std::size_t i = 0; i < rectangles; ++i) {
        update.insert(update.end(), copy_rect.begin(), copy_rect.end());
    }

    struct nobody final : rfb::server_reader::listener {
        void told(std::span<const std::byte>, std::uint64_t) override {}

        void began_update() override {}

        void drew(const rfb::rectangle&) override {}

        void named(std::string_view) override {}
    } listener;

    rfb::server_reader reader({.format = {.bits_per_pixel = 32}});
    for (auto _ : state) {
        benchmark::DoNotOptimize(reader.read(update, listener));
    }
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(rectangles));
}

BENCHMARK(parse_id);
BENCHMARK_CAPTURE(filter_messages, view_only, {.view_only = true});
BENCHMARK_CAPTURE(filter_messages, no_files, {.files = false});
BENCHMARK(measure_update);
BENCHMARK(parse_mode1_destination);
BENCHMARK(read_hello)->ArgName("piece")->Arg(250)->Arg(25)->Arg(1);
BENCHMARK(read_handshake);
BENCHMARK(meet)->ArgName("waiting")->Arg(10)->Arg(10'000);
BENCHMARK(wait_and_leave)->ArgName("waiting")->Arg(10)->Arg(10'000);
BENCHMARK(pump_messages)->ArgName("bytes")->Arg(32)->Arg(8192)->UseRealTime();
BENCHMARK(pump_stream)->ArgName("pipes")->Arg(0)->Arg(1)->UseRealTime();

} // namespace

BENCHMARK_MAIN();
