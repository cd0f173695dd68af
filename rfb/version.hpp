// The 12-byte ProtocolVersion message.                                     RFC 6143 7.1.1
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "rfb/error.hpp"

#include <array>
#include <compare>
#include <cstddef>
#include <span>

namespace rfb {

inline constexpr std::size_t version_size = 12;

struct protocol_version {
    int major = 0; ///< 0..999
    int minor = 0; ///< 0..999

    // clang-tidy 14 takes the 0 that <=> is compared with for a pointer.
    // NOLINTNEXTLINE(modernize-use-nullptr)
    friend constexpr auto operator<=>(const protocol_version&, const protocol_version&) = default;
};

/// What a repeater greets a viewer with: "RFB 000.000\n" (repeater spec 2.1).
inline constexpr protocol_version repeater_greeting{0, 0};

/// Reads "RFB xxx.yyy\n". Errors: bad_version.
[[nodiscard]] result<protocol_version> parse_version(std::span<const std::byte, version_size>);

/// False as soon as a stream that begins with `start` cannot begin with a version message.
[[nodiscard]] bool may_become_version(std::span<const std::byte> start);

/// Writes "RFB xxx.yyy\n"; the inverse of parse_version.
[[nodiscard]] std::array<std::byte, version_size> format_version(protocol_version);

} // namespace rfb
