// The way to a target, and a target that breaks at every step of it.
// SPDX-License-Identifier: EUPL-1.2
#include "net/tcp_stream.hpp"
#include "tests/support/descriptors.hpp"
#include "tests/support/result_of.hpp"
#include "tests/support/scratch_directory.hpp"
#include "tests/support/unix_socket.hpp"
#include "tests/wsgate/scripted_tls.hpp"
#include "wsgate/target/dial.hpp"
#include "wsgate/target/proxy_header.hpp"
#include "wsgate/tls/client.hpp"

#include <boost/asio/error.hpp>
#include <boost/system/errc.hpp>
#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <netinet/tcp.h>
#include <string>
#include <sys/socket.h>

namespace dial_test {

namespace {

using namespace std::chrono_literals;
using namespace support;
namespace asio = boost::asio;

constexpr auto long_enough = 30s;

int option(int fd, int level, int name) {
    int value = -1;
    socklen_t size = sizeof value;
    EXPECT_EQ(::getsockopt(fd, level, name, &value, &size), 0);
    return value;
}

/// What a target that speaks TLS behind a PROXY header does.
std::vector<breaking_peer::step> story_of(const certificate& c) {
    auto steps = tls_handshake_of(std::make_shared<scripted_tls>(c));
    steps.insert(steps.begin(), [](tcp_client& from, tcp_listener&) {
        for (std::string line; !line.ends_with("\r\n");) {
            line += text_of(from.receive(1));
        }
    });
    return steps;
}

class tls_target_test : public testing::Test {
protected:
    /// Empty where it got there; else why not, in words.
    std::string dial_one_that_breaks(std::size_t n, breaks how, std::chrono::milliseconds limit) {
        const breaking_peer peer(story_of(made_), n, how);
        wsgate::target to{"127.0.0.1", peer.port()};
        to.tls = true;
        to.proxy_header = wsgate::proxy_header_of({}, net::proxy_version::v1);
        net::event_loop context;
        const auto got = result_of(context, wsgate::dial(to, limit, {}, client_));
        EXPECT_EQ(got.stream == nullptr, got.error.failed());
        return got.stream ? "" : !got.problem.empty() ? got.problem : got.error.message();
    }

    certificate made_ = make_certificate(30, "IP:127.0.0.1");
    std::size_t steps_ = story_of(made_).size();

private:
    std::shared_ptr<const wsgate::tls_client> trusting() {
        wsgate::tls_client_options o;
        o.ca_file = directory_.file("trusted.pem", made_.chain);
        return std::make_shared<const wsgate::tls_client>(o);
    }

    scratch_directory directory_;
    std::shared_ptr<const wsgate::tls_client> client_ = trusting();
};

} // namespace

TEST(Dial, ATargetMayTakeNothingForAsLongAsItLikes) {
    const tcp_listener there;
    net::event_loop context;
    const auto got =
        result_of(context, wsgate::dial({"127.0.0.1", there.port()}, 10s, {}, nullptr));
    auto* const stream = dynamic_cast<net::tcp_stream*>(got.stream.get());
    ASSERT_NE(stream, nullptr) << got.error.message();
    EXPECT_EQ(option(stream->native_handle(), IPPROTO_TCP, TCP_USER_TIMEOUT), 0);
    EXPECT_EQ(option(stream->native_handle(), IPPROTO_TCP, TCP_NODELAY), 1);
    EXPECT_EQ(option(stream->native_handle(), SOL_SOCKET, SO_KEEPALIVE), 0) << "it is on this host";
}

TEST_F(tls_target_test, FailsOnceInWordsWhereverTheTargetBreaks) {
    EXPECT_EQ(dial_one_that_breaks(steps_, breaks::by_silence, long_enough), "")
        << "it breaks after the last step";
    const auto before = open_descriptors();
    for (std::size_t n = 0; n < steps_; ++n) {
        for (const auto how : all_breaks) {
            SCOPED_TRACE(testing::Message() << "step " << n << ", the target " << how);
            const bool is_mute = how == breaks::by_silence;
            const auto problem =
                dial_one_that_breaks(n, how, is_mute ? std::chrono::milliseconds(50) : long_enough);
            EXPECT_NE(problem, "");
            EXPECT_EQ(problem == "TLS: no answer in time", is_mute) << problem;
            EXPECT_EQ(open_descriptors(), before);
        }
    }
}

TEST(DialUnix, FailsOnceWithAnErrorWhereverTheTargetBreaks) {
    const scratch_directory directory;
    const auto path = (directory.path() / "target").string();
    const auto dial = [&](std::chrono::milliseconds limit) {
        net::event_loop context;
        wsgate::target to{path, 0, true};
        to.proxy_header = bytes_of("PROXY UNKNOWN\r\n");
        const auto got = result_of(context, wsgate::dial(to, limit, {}));
        EXPECT_EQ(got.stream == nullptr, got.error.failed());
        return got.error;
    };
    const auto before = open_descriptors();
    EXPECT_EQ(dial(long_enough), boost::system::errc::no_such_file_or_directory) << "no file";
    EXPECT_EQ(open_descriptors(), before);
    { const auto left_behind = bind_unix(path); }
    EXPECT_EQ(dial(long_enough), asio::error::connection_refused) << "nobody listens";
    EXPECT_EQ(open_descriptors(), before);
    ASSERT_TRUE(std::filesystem::remove(path));
    {
        const auto listening = bind_unix(path, 1);
        EXPECT_EQ(dial(long_enough), net::error_code{});
        const auto second = connect_unix(path); // its queue is full then
        const auto with_queue = open_descriptors();
        EXPECT_EQ(dial(50ms), asio::error::would_block);
        EXPECT_EQ(open_descriptors(), with_queue);
        const net::unique_fd first{::accept(listening.get(), nullptr, nullptr)};
        EXPECT_EQ(text_of(tcp_client(net::unique_fd{::dup(first.get())}).receive(15)),
                  "PROXY UNKNOWN\r\n");
    }
    EXPECT_EQ(dial(50ms), asio::error::connection_refused);
    EXPECT_EQ(open_descriptors(), before);
}

} // namespace dial_test
