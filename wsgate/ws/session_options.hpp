// Options of sessions that are off by default.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "wsgate/ws/server_handshake.hpp"

#include <string>
#include <vector>

namespace wsgate {

struct session_options {
    std::vector<std::string> status_paths{}; ///< where clients are told hcs.js's status in JSON
    opening_rules openings{};
    bool connect_first = false; ///< dial before the 101, so that a failure is a 502 or 504
    bool verbose_close = false; ///< a Close names the target and its error

    [[nodiscard]] bool tells_status(const std::string& path) const;
};

} // namespace wsgate
