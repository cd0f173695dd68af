// Reads the header for its length, and waits for as many bytes.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/tls/first_record.hpp"

#include <algorithm>

namespace wsgate {

namespace {

constexpr std::size_t header_size = 5;
constexpr std::size_t largest_record = std::size_t{16} * 1024;
constexpr std::size_t largest_first_record = header_size + largest_record;

/// Type handshake, and version 3.x.
bool begins_handshake(std::span<const std::byte> bytes) {
    return bytes[0] == std::byte{0x16} && (bytes.size() < 2 || bytes[1] == std::byte{3});
}

} // namespace

bool is_first_record(std::span<const std::byte> bytes) {
    if (bytes.empty()) {
        return false;
    }
    if (!begins_handshake(bytes)) {
        return true;
    }
    if (bytes.size() < header_size) {
        return false;
    }
    const auto length =
        std::to_integer<std::size_t>(bytes[3]) << 8U | std::to_integer<std::size_t>(bytes[4]);
    return length > largest_record || bytes.size() >= header_size + length;
}

boost::asio::awaitable<std::vector<std::byte>> read_first_record(net::tcp_stream& from,
                                                                 std::span<std::byte> room) {
    std::vector<std::byte> came;
    while (!is_first_record(came)) {
        const auto got =
            from.read_some(room.first(std::min(room.size(), largest_first_record - came.size())));
        if (got.would_block()) {
            if (const auto [ec] = co_await from.wait(net::readiness::read); ec) {
                break;
            }
            continue;
        }
        if (got.error) {
            break;
        }
        came.insert(came.end(), room.begin(),
                    room.begin() + static_cast<std::ptrdiff_t>(got.bytes));
    }
    co_return came;
}

} // namespace wsgate
