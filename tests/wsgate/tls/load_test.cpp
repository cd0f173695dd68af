// TLS toward slow peers: no byte is lost at the end, and close_notify comes behind the last one.
// SPDX-License-Identifier: EUPL-1.2
#include "tests/support/certificate.hpp"
#include "tests/support/scratch_directory.hpp"
#include "tests/wsgate/running_gateway.hpp"
#include "tests/wsgate/tls_peer.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <thread>

namespace load_test {

namespace {

using namespace std::chrono_literals;
using namespace support;

constexpr std::size_t piece = 1000; // of a slow reader

/// Whose kernel holds next to nothing for it: the far end is always ahead.
tcp_client with_little_room(std::uint16_t port) {
    net::unique_fd fd{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    const int least = 16384;
    ::setsockopt(fd.get(), SOL_SOCKET, SO_RCVBUF, &least, sizeof least);
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(fd.get(), reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0) {
        throw std::system_error(errno, std::system_category(), "connect");
    }
    return tcp_client(std::move(fd));
}

class tls_load : public testing::TestWithParam<int> {
protected:
    tls_load() : config(loopback_gateway()) {
        const auto made = make_certificate();
        config.tls.certificates = {
            {where.file("chain.pem", made.chain), where.file("key.pem", made.key)}};
        config.viewer_target = {"127.0.0.1", target.port()};
        config.web = where.path().string();
        config.tcp.most_unsent = 1; // whatever is left to send is in the way of what comes next
        // The slow ones are not to be cut off on a busy machine.
        config.bridge.close = 60s;
        config.limits.linger = 60s;
    }

    tls_client connect(const running_gateway& gateway) const {
        return tls_client(with_little_room(gateway.port()), {GetParam(), GetParam()});
    }

    scratch_directory where;
    tcp_listener target;
    wsgate::config config;
};

} // namespace

TEST_P(tls_load, TargetEofComesAfterAllItsBytesToASlowClient) {
    const running_gateway gateway(config);
    tls_peer client(connect(gateway));
    client.open("/websockify");
    auto far = target.accept();
    const auto all = pattern(512 << 10);
    std::thread sender([&far, &all] {
        far.send(bytes_of(all));
        far.finish_sending();
    });
    EXPECT_TRUE(client.receive_data(all.size()) == all);
    sender.join();
    EXPECT_EQ(client.receive(), (received_frame{close_frame, close_text(1000, "Target closed")}));
    client.send(close_frame, close_text(1000));
    EXPECT_TRUE(client.stream().is_closed_by_notify());
    EXPECT_TRUE(far.is_closed_by_peer());
}

TEST_P(tls_load, AClientThatLeavesWithoutReadingStillGetsItsNotify) {
    const running_gateway gateway(config);
    tls_peer client(connect(gateway));
    client.open("/websockify");
    auto far = target.accept();
    const auto down = pattern(64 << 10);
    far.send(bytes_of(down));
    // All that the client says is heard while it has not read a byte of what waits for it.
    client.send(binary_frame, "last words");
    client.send(close_frame, close_text(1000));
    EXPECT_EQ(text_of(far.receive_until_eof()), "last words");
    far.close();
    std::string got;
    auto frame = client.receive();
    for (; frame.first == binary_frame; frame = client.receive()) {
        got += frame.payload;
    }
    EXPECT_TRUE(down.starts_with(got));
    EXPECT_EQ(frame, (received_frame{close_frame, close_text(1000)}));
    EXPECT_TRUE(client.stream().is_closed_by_notify());
}

TEST_P(tls_load, AllThatCameBeforeTheClientsNotifyReachesASlowTarget) {
    const running_gateway gateway(config);
    const auto all = pattern(512 << 10);
    tls_peer client(tls_client(gateway.connect(), {GetParam(), GetParam()}));
    client.open("/websockify");
    auto far = target.accept();
    const int least = 16384;
    ::setsockopt(far.native_handle(), SOL_SOCKET, SO_RCVBUF, &least, sizeof least);
    std::thread sender([&client, &all] {
        client.send(binary_frame, all);
        client.stream().finish_sending(); // no Close
    });
    std::string got;
    while (got.size() < all.size()) {
        got += text_of(far.receive(std::min(piece, all.size() - got.size())));
    }
    EXPECT_TRUE(got == all);
    EXPECT_TRUE(far.is_closed_by_peer());
    sender.join();
}

TEST_P(tls_load, AFileIsFollowedByNotify) {
    const auto all = pattern(200'000);
    (void)where.file("large", all);
    const running_gateway gateway(config);
    ws_peer<tls_client> client(connect(gateway));
    client.stream().send(bytes_of("GET /large HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"));
    EXPECT_TRUE(client.read_head().starts_with("HTTP/1.1 200 "));
    std::string got;
    while (got.size() < all.size()) {
        got += text_of(client.stream().receive(std::min(piece, all.size() - got.size())));
    }
    EXPECT_TRUE(got == all);
    EXPECT_TRUE(client.stream().is_closed_by_notify());
}

INSTANTIATE_TEST_SUITE_P(Versions, tls_load, testing::Values(TLS1_2_VERSION, TLS1_3_VERSION),
                         [](const auto& version) {
                             return version.param == TLS1_2_VERSION ? "Tls12" : "Tls13";
                         });

} // namespace load_test
