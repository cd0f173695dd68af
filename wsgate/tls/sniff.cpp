// Looks at the first byte with MSG_PEEK: TLS begins with 0x16, and no HTTP request does.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/tls/sniff.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/this_coro.hpp>

#include <cerrno>
#include <sys/socket.h>

namespace wsgate {

namespace {

constexpr std::byte handshake_record{0x16}; // RFC 8446 5.1

first_byte judge(std::byte b) {
    return b == handshake_record ? first_byte::tls : first_byte::plain;
}

/// Lets an event loop watch the descriptor, without closing it in the end.
class watched {
public:
    watched(const asio::any_io_executor& e, int fd) : descriptor_(e, fd) {}

    watched(const watched&) = delete;
    watched& operator=(const watched&) = delete;

    ~watched() { descriptor_.release(); }

    [[nodiscard]] auto readable() {
        return descriptor_.async_wait(asio::posix::descriptor_base::wait_read, net::nothrow);
    }

private:
    asio::posix::stream_descriptor descriptor_;
};

} // namespace

asio::awaitable<first_byte> sniff(net::connection& c) {
    if (!c.early.empty()) {
        co_return judge(c.early.front());
    }
    watched socket(co_await asio::this_coro::executor, c.socket.get());
    for (;;) {
        std::byte first{};
        const auto got = ::recv(c.socket.get(), &first, 1, MSG_PEEK | MSG_DONTWAIT);
        if (got == 1) {
            co_return judge(first);
        }
        if (got == 0 || (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR)) {
            co_return first_byte::none;
        }
        if (const auto [ec] = co_await socket.readable(); ec) {
            co_return first_byte::none;
        }
    }
}

} // namespace wsgate
