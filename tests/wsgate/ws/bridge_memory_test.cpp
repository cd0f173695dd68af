// A bridge that has warmed up allocates nothing for the frames that pass it.
// SPDX-License-Identifier: EUPL-1.2
#include "net/event_loop.hpp"
#include "net/tcp_stream.hpp"
#include "tests/support/allocation_counter.hpp"
#include "tests/wsgate/ws_peer.hpp"
#include "wsgate/ws/bridge.hpp"
#include "wsgate/ws/masking_keys.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <gtest/gtest.h>

#include <array>
#include <fcntl.h>
#include <future>
#include <string>
#include <thread>

namespace bridge_memory_test {

namespace {

namespace asio = boost::asio;
using namespace support;

/// As a bridge's end, and as the test's.
std::pair<std::unique_ptr<net::stream>, tcp_client> connect(net::event_loop& context) {
    std::array<int, 2> ends{};
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0 ||
        ::fcntl(ends[0], F_SETFL, O_NONBLOCK) != 0) {
        throw std::system_error(errno, std::system_category(), "socketpair");
    }
    net::connection inner{net::unique_fd{ends[0]}, {}, {}};
    return {std::make_unique<net::tcp_stream>(context.get_executor(), inner),
            tcp_client(net::unique_fd{ends[1]})};
}

asio::awaitable<wsgate::dialled> give(std::unique_ptr<net::stream> stream) {
    co_return wsgate::dialled{std::move(stream), {}};
}

/// A bridge on a thread of its own, and both its peers.
class running_bridge {
public:
    explicit running_bridge(wsgate::key_source keys = nullptr) {
        wsgate::bridge_options options;
        options.keys = keys;
        bridge_.emplace(
            context_.get_executor(), scratch_, *websocket_.first,
            [this] { return give(std::move(tcp_.first)); }, options);
        asio::co_spawn(context_, bridge_->run({}),
                       [](const std::exception_ptr& failed) { EXPECT_FALSE(failed); });
        thread_ = std::thread([this] { context_.run(); });
    }

    running_bridge(const running_bridge&) = delete;
    running_bridge& operator=(const running_bridge&) = delete;

    ~running_bridge() {
        websocket_.second.close();
        tcp_.second.close();
        thread_.join();
    }

    /// What the bridge's thread has allocated.
    std::uint64_t allocations() {
        std::promise<std::uint64_t> answer;
        asio::post(context_, [&answer] { answer.set_value(own_allocations().made); });
        return answer.get_future().get();
    }

    /// What is sent has so many bytes for TCP; as many come back, behind headers of so many bytes.
    void round(std::span<const std::byte> frame, std::size_t payload, std::size_t header) {
        websocket_.second.send(frame);
        tcp_.second.send(tcp_.second.receive(payload));
        (void)websocket_.second.receive(header + payload);
    }

private:
    net::event_loop context_;
    std::vector<std::byte> scratch_ = std::vector<std::byte>(65536);
    std::pair<std::unique_ptr<net::stream>, tcp_client> websocket_ = connect(context_);
    std::pair<std::unique_ptr<net::stream>, tcp_client> tcp_ = connect(context_);
    std::optional<wsgate::bridge> bridge_;
    std::thread thread_;
};

constexpr int warm_up = 100;
constexpr int rounds = 10'000;
constexpr std::size_t payload_size = 1000;

std::uint64_t allocations_of(running_bridge& b, std::span<const std::byte> frame,
                             std::size_t header) {
    for (int i = 0; i < warm_up; ++i) {
        b.round(frame, payload_size, header);
    }
    const auto before = b.allocations();
    for (int i = 0; i < rounds; ++i) {
        b.round(frame, payload_size, header);
    }
    return b.allocations() - before;
}

} // namespace

TEST(BridgeMemory, FramesOfAClientAndBytesForItAllocateNothing) {
    running_bridge b;
    EXPECT_EQ(allocations_of(b, masked_frame(binary_frame, pattern(payload_size)), 4), 0U);
}

TEST(BridgeMemory, NorDoTheyWhereWeAreTheWebSocketsClient) {
    running_bridge b(wsgate::random_masking_key);
    const auto frame = joined({"\x82\x7e\x03\xe8"_bytes, bytes_of(pattern(payload_size))});
    EXPECT_EQ(allocations_of(b, frame, 8), 0U);
}

/// Also shows that what the bridge's thread allocates is counted at all.
TEST(BridgeMemory, APingCostsOneAllocationWhichIsItsPong) {
    running_bridge b;
    const auto both = joined({masked_frame(ping_frame, "?"), masked_frame(binary_frame, "four")});
    for (int i = 0; i < warm_up; ++i) {
        b.round(both, 4, 2 + 1 + 2);
    }
    const auto before = b.allocations();
    for (int i = 0; i < 1000; ++i) {
        b.round(both, 4, 2 + 1 + 2);
    }
    EXPECT_EQ(b.allocations() - before, 1000U);
}

} // namespace bridge_memory_test
