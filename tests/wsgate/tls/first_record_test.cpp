// How much of a client's first bytes is waited for before TLS begins.
// SPDX-License-Identifier: EUPL-1.2
#include "net/event_loop.hpp"
#include "tests/support/bytes.hpp"
#include "wsgate/tls/first_record.hpp"

#include <boost/asio/co_spawn.hpp>
#include <gtest/gtest.h>

#include <array>
#include <optional>
#include <string>
#include <sys/socket.h>
#include <vector>

namespace first_record_test {

namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using namespace support;

/// A record of a handshake with so many bytes in it.
std::string record(std::size_t size) {
    std::string text = "\x16\x03\x01";
    text += static_cast<char>(size >> 8U);
    text += static_cast<char>(size & 0xffU);
    return text + std::string(size, 'x');
}

bool is_enough(const std::string& text) {
    return wsgate::is_first_record(bytes_of(text));
}

/// What is read of a connection on which the parts come one after the other.
class listening {
public:
    listening() {
        std::array<int, 2> ends{};
        EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends.data()),
                  0);
        ours_ = net::unique_fd{ends[0]};
        client_ = net::unique_fd{ends[1]};
        net::connection c{std::move(ours_), {}, {}};
        stream_.emplace(loop_.get_executor(), c);
        asio::co_spawn(loop_, wsgate::read_first_record(*stream_, room_),
                       [this](const std::exception_ptr& e, std::vector<std::byte> came) {
                           EXPECT_FALSE(e);
                           got = std::move(came);
                       });
        (void)loop_.poll();
    }

    void hear(std::span<const std::byte> part) {
        EXPECT_EQ(::send(client_.get(), part.data(), part.size(), MSG_NOSIGNAL),
                  static_cast<ssize_t>(part.size()));
        (void)loop_.poll();
    }

    void end() {
        client_ = {};
        loop_.run_for(1s);
    }

    std::optional<std::vector<std::byte>> got; ///< nothing: it still waits

private:
    net::event_loop loop_;
    net::unique_fd ours_;
    net::unique_fd client_;
    std::vector<std::byte> room_ = std::vector<std::byte>(64 * 1024);
    std::optional<net::tcp_stream> stream_;
};

} // namespace

TEST(FirstRecord, IsWholeOrNothingThatCouldBecomeOne) {
    const auto whole = record(500);
    for (std::size_t n = 0; n < whole.size(); ++n) {
        EXPECT_FALSE(is_enough(whole.substr(0, n))) << n;
    }
    EXPECT_TRUE(is_enough(whole));
    EXPECT_TRUE(is_enough(whole + "more"));
    EXPECT_TRUE(is_enough(record(0)));
    EXPECT_FALSE(is_enough(record(16'384).substr(0, 16'388)));
    EXPECT_TRUE(is_enough(record(16'384)));
    EXPECT_TRUE(is_enough(record(16'385).substr(0, 5))) << "larger than a record may be";
    EXPECT_TRUE(is_enough("G")) << "HTTP";
    EXPECT_TRUE(is_enough("\x15")) << "an alert";
    EXPECT_TRUE(is_enough("\x16\x02")) << "no version of TLS";
}

TEST(FirstRecord, IsCollectedHoweverItIsCut) {
    const auto whole = bytes_of(record(40));
    for_each_split(whole, [&whole](const std::vector<std::span<const std::byte>>& parts) {
        listening l;
        for (const auto& part : parts) {
            EXPECT_FALSE(l.got);
            l.hear(part);
        }
        ASSERT_TRUE(l.got);
        EXPECT_EQ(*l.got, whole);
    });
}

TEST(FirstRecord, OfAClientThatLeavesIsWhatCame) {
    const auto half = bytes_of(record(40).substr(0, 20));
    listening l;
    l.hear(half);
    EXPECT_FALSE(l.got);
    l.end();
    ASSERT_TRUE(l.got);
    EXPECT_EQ(*l.got, half);
}

} // namespace first_record_test
