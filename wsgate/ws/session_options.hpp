// What sessions do only where somebody asks for it.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "wsgate/ws/server_handshake.hpp"

#include <string>
#include <vector>

namespace wsgate {

struct session_options {
    std::vector<std::string> status_paths{}; ///< whose clients want hcs.js's status; whole paths
    base64_offers base64 = base64_offers::refuse;
    bool connect_first = false; ///< a target that cannot be reached is answered in HTTP
    bool verbose_close = false; ///< clients may know targets and what befell them

    [[nodiscard]] bool tells_status(const std::string& path) const;
};

} // namespace wsgate
