// What every fuzzer needs: the entry point, a check that stops, the input as bytes.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* input, std::size_t size);

namespace fuzz {

/// Unlike assert, also with NDEBUG.
inline void require(bool holds) {
    if (!holds) {
        std::abort();
    }
}

[[nodiscard]] inline std::span<const std::byte> as_bytes(const std::uint8_t* input,
                                                         std::size_t size) {
    return std::as_bytes(std::span(input, size));
}

} // namespace fuzz
