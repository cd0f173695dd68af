// Looks at the first byte with MSG_PEEK: TLS begins with 0x16, and no HTTP request does.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/tls/sniff.hpp"

#include <boost/asio/awaitable.hpp>

#include <array>

namespace wsgate {

namespace {

constexpr std::byte handshake_record{0x16}; // RFC 8446 5.1

first_byte judge(std::byte b) {
    return b == handshake_record ? first_byte::tls : first_byte::plain;
}

} // namespace

asio::awaitable<first_byte> sniff(net::tcp_stream& c) {
    std::array<std::byte, 1> first{};
    for (;;) {
        if (const auto [ec] = co_await c.wait(net::readiness::read); ec) {
            co_return first_byte::none;
        }
        const auto seen = c.peek(first);
        if (seen.bytes == 1) {
            co_return judge(first.front());
        }
        if (!seen.would_block()) {
            co_return first_byte::none;
        }
    }
}

} // namespace wsgate
