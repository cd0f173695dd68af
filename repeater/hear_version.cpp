// Waits, reads what is missing, waits again.
// SPDX-License-Identifier: EUPL-1.2
#include "repeater/hear_version.hpp"

#include <span>

namespace repeater {

net::asio::awaitable<boost::system::result<rfb::protocol_version>>
hear_version(net::stream& from, std::vector<std::byte>& early) {
    while (early.size() < rfb::version_size) {
        if (const auto [ec] = co_await from.wait(net::readiness::read); ec) {
            co_return ec;
        }
        const auto got = net::append_some(from, early, rfb::version_size - early.size());
        if (got.error && !got.would_block()) {
            co_return got.error;
        }
    }
    co_return rfb::parse_version(std::span(early).first<rfb::version_size>());
}

} // namespace repeater
