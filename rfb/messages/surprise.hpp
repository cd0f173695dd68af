// Where the reading of a direction came to its end.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include <cstdint>
#include <optional>

namespace rfb {

/// A message, or a rectangle, that cannot be measured.
struct surprise {
    std::uint8_t type = 0; ///< of the message
    std::uint64_t at =
        0; ///< bytes of its direction before the message, from ClientInit, ServerInit
    std::optional<std::int32_t> encoding{}; ///< of the rectangle

    friend bool operator==(const surprise&, const surprise&) = default;
};

} // namespace rfb
