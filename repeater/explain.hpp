// Tells a viewer, in RFB, why it gets no session (--explain).
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "repeater/pair.hpp"

#include <chrono>
#include <string>
#include <string_view>

namespace repeater {

/// For a viewer that a limit keeps out.
inline constexpr std::string_view too_many_sessions =
    "Too many sessions at the moment: try again later.";

/// For a viewer whose ID is not admitted; under such a policy for one that a limit keeps out as
/// well, and for any other: the words do not tell which it was.
inline constexpr std::string_view no_session = "There is no session for this ID at the moment.";

/// Plays a server that offers no security types (RFC 6143 7.1.2), so that the viewer shows `why`;
/// completes when the viewer has closed, or after `limit`, and closes. For viewers that have said
/// hello.
[[nodiscard]] asio::awaitable<void> explain(peer viewer, std::string why,
                                            std::chrono::milliseconds limit);

} // namespace repeater
