// Feeds the scanner with what arrives until it has decided.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/http/read_head.hpp"

#include <string_view>

namespace wsgate {

boost::asio::awaitable<head_scanner::state> read_head(net::stream& client, head_scanner& scanner,
                                                      std::string& received,
                                                      std::span<std::byte> room) {
    auto state = scanner.feed(received);
    while (state == head_scanner::state::incomplete) {
        const auto got = client.read_some(room);
        if (got.would_block()) {
            if (const auto [ec] = co_await client.wait(net::readiness::read); ec) {
                break;
            }
            continue;
        }
        if (got.error) {
            break;
        }
        const std::string_view bytes{reinterpret_cast<const char*>(room.data()), // NOLINT: text
                                     got.bytes};
        received += bytes;
        state = scanner.feed(bytes);
    }
    co_return state;
}

} // namespace wsgate
