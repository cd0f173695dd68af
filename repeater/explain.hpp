// Tells a viewer, in RFB, why it gets no session (--explain).
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "repeater/pair.hpp"

#include <chrono>
#include <string_view>

namespace repeater {

/// For a viewer that a limit keeps out.
inline constexpr std::string_view too_many_sessions =
    "Too many sessions at the moment: try again later.";

/// Plays a server that offers no security types (RFC 6143 7.1.2), so that the viewer shows `why`;
/// completes when the viewer has closed, or after `limit`, and closes. For viewers that have said
/// hello. `why` outlives the call.
[[nodiscard]] asio::awaitable<void> explain(peer viewer, std::string_view why,
                                            std::chrono::milliseconds limit);

} // namespace repeater
