// Which side of the repeater a path leads to.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include <optional>
#include <string_view>

namespace wsgate {

enum class route { server, viewer };

/// /wsServer; /wsClient and /websockify. Case counts; one slash at the end does not.
[[nodiscard]] std::optional<route> find_route(std::string_view decoded_path);

[[nodiscard]] std::string_view to_string(route);

} // namespace wsgate
