// The version message: format(parse(x)) == x, and starts are judged as the whole is.
// SPDX-License-Identifier: EUPL-1.2
#include "rfb/version.hpp"
#include "tests/fuzz/fuzz.hpp"

#include <algorithm>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* input, std::size_t size) {
    const auto bytes = fuzz::as_bytes(input, size);
    bool possible = true;
    for (std::size_t count = 0; count <= size; ++count) {
        const bool still = rfb::may_become_version(bytes.first(count));
        fuzz::require(possible || !still);
        possible = still;
    }
    if (size < rfb::version_size) {
        return 0;
    }
    const auto message = bytes.first<rfb::version_size>();
    const auto version = rfb::parse_version(message);
    fuzz::require(version.has_value() == possible);
    if (version) {
        const auto again = rfb::format_version(*version);
        fuzz::require(std::equal(again.begin(), again.end(), message.begin()));
    }
    return 0;
}
