// Writes what the stream takes, waits until it takes more, and so on to the end.
// SPDX-License-Identifier: EUPL-1.2
#include "net/write_all.hpp"

namespace net {

asio::awaitable<error_code> write_all(stream& to, std::span<const std::byte> rest,
                                      std::uint64_t& written) {
    while (!rest.empty()) {
        const auto wrote = to.write_some(rest);
        if (wrote.would_block()) {
            if (const auto [ec] = co_await to.wait(readiness::write); ec) {
                co_return ec;
            }
            continue;
        }
        if (wrote.error) {
            co_return wrote.error;
        }
        written += wrote.bytes;
        rest = rest.subspan(wrote.bytes);
    }
    co_return error_code{};
}

asio::awaitable<error_code> write_all(stream& to, std::span<const std::byte> bytes) {
    std::uint64_t written = 0;
    co_return co_await write_all(to, bytes, written);
}

} // namespace net
