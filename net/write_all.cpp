// Try, wait, try again.
// SPDX-License-Identifier: EUPL-1.2
#include "net/write_all.hpp"

namespace net {

asio::awaitable<error_code> write_all(stream& to, std::span<const std::byte> rest) {
    while (!rest.empty()) {
        const auto wrote = to.write_some(rest);
        if (wrote.error && !wrote.would_block()) {
            co_return wrote.error;
        }
        rest = rest.subspan(wrote.bytes);
        if (!rest.empty()) {
            if (const auto [ec] = co_await to.wait(readiness::write); ec) {
                co_return ec;
            }
        }
    }
    co_return error_code{};
}

} // namespace net
