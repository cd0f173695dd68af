// The 12-byte ProtocolVersion message.                                     RFC 6143 7.1.1
// SPDX-License-Identifier: EUPL-1.2
#include "rfb/version.hpp"

#include <algorithm>
#include <cassert>
#include <string_view>

namespace rfb {

namespace {

// 'd' stands for a digit; the rest is literal.
constexpr std::string_view shape = "RFB ddd.ddd\n";
constexpr std::size_t major_at = 4;
constexpr std::size_t minor_at = 8;
static_assert(shape.size() == version_size);

constexpr bool fits(char place, std::byte b) {
    if (place == 'd') {
        return b >= std::byte{'0'} && b <= std::byte{'9'};
    }
    return b == static_cast<std::byte>(place);
}

int three_digits(std::span<const std::byte, 3> digits) {
    int value = 0;
    for (const std::byte b : digits) {
        value = value * 10 + (std::to_integer<int>(b) - '0');
    }
    return value;
}

void put_three_digits(int value, std::span<std::byte, 3> to) {
    assert(value >= 0 && value <= 999);
    to[0] = static_cast<std::byte>('0' + value / 100);
    to[1] = static_cast<std::byte>('0' + value / 10 % 10);
    to[2] = static_cast<std::byte>('0' + value % 10);
}

} // namespace

bool may_become_version(std::span<const std::byte> start) {
    const auto count = std::min(start.size(), version_size);
    for (std::size_t i = 0; i < count; ++i) {
        if (!fits(shape[i], start[i])) {
            return false;
        }
    }
    return true;
}

result<protocol_version> parse_version(std::span<const std::byte, version_size> bytes) {
    if (!may_become_version(bytes)) {
        return error::bad_version;
    }
    return protocol_version{three_digits(bytes.subspan<major_at, 3>()),
                            three_digits(bytes.subspan<minor_at, 3>())};
}

std::array<std::byte, version_size> format_version(protocol_version version) {
    std::array<std::byte, version_size> bytes{};
    for (std::size_t i = 0; i < version_size; ++i) {
        bytes.at(i) = static_cast<std::byte>(shape[i]);
    }
    const std::span<std::byte, version_size> all(bytes);
    put_three_digits(version.major, all.subspan<major_at, 3>());
    put_three_digits(version.minor, all.subspan<minor_at, 3>());
    return bytes;
}

} // namespace rfb
