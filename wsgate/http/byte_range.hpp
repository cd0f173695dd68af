// Reads the Range field of a request for a file (RFC 9110 14).
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include <cstdint>
#include <string_view>
#include <variant>

namespace wsgate {

struct byte_range {
    std::uint64_t first = 0;
    std::uint64_t size = 0;

    friend bool operator==(const byte_range&, const byte_range&) = default;
};

/// No byte of the file is in the range; the answer is 416.
struct unsatisfiable {
    friend bool operator==(const unsatisfiable&, const unsatisfiable&) = default;
};

/// The field is to be ignored: another unit, several ranges, or nothing that makes sense.
struct whole_file {
    friend bool operator==(const whole_file&, const whole_file&) = default;
};

using range_choice = std::variant<whole_file, byte_range, unsatisfiable>;

/// Reads "bytes=0-99", "bytes=100-" or "bytes=-100" for a file of `size` bytes. A byte_range that
/// is returned is not empty and lies within the file.
[[nodiscard]] range_choice choose_range(std::string_view field, std::uint64_t size);

} // namespace wsgate
