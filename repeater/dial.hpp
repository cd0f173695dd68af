// Mode I: dials the host and port that a viewer names.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/resolver.hpp"
#include "repeater/dialling_viewer.hpp"
#include "repeater/options/config.hpp"
#include "repeater/pair.hpp"

#include <optional>

namespace repeater {

/// Resolves, judges every address, and takes the first to answer of those that are allowed. The
/// viewer is watched meanwhile. Refused, unreachable, timed out and not a VNC server look alike to
/// it: the connection is closed, without a byte, limits.refusal after the request or later.
/// security M4-M6
[[nodiscard]] asio::awaitable<std::optional<pair>> dial(dialling_viewer& viewer, rfb::destination,
                                                        const config&, net::resolver&, event_sink&);

} // namespace repeater
