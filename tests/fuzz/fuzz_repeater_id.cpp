// An ID that was made can be made again from its text, and holds nothing that is not visible.
// SPDX-License-Identifier: EUPL-1.2
#include "rfb/bytes.hpp"
#include "rfb/repeater_id.hpp"
#include "tests/fuzz/fuzz.hpp"

#include <algorithm>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* input, std::size_t size) {
    const auto text = rfb::to_text(fuzz::as_bytes(input, size));
    const auto id = rfb::repeater_id::make(text);
    const bool visible =
        std::all_of(input, input + size, [](std::uint8_t c) { return c > 0x20 && c < 0x7f; });
    fuzz::require(id.has_value() == (visible && size > 0 && size <= rfb::repeater_id::max_size));
    if (id) {
        fuzz::require(id->text() == text);
        fuzz::require(rfb::repeater_id::make(id->text()) == id);
    }
    return 0;
}
