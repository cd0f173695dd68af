// A picture as both ends of a session see it, and the one line that says which picture it is.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace e2e {

/// Three bytes a pixel, red first, rows from the top.
struct picture {
    std::size_t width;
    std::size_t height;
    std::vector<std::uint8_t> rgb;
};

/// "WIDTHxHEIGHT HEX": the SHA-256 of the bytes, in lower-case hexadecimal.
[[nodiscard]] std::string fingerprint(const picture& seen);

} // namespace e2e
