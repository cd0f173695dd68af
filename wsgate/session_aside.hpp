// A session that nobody carries at the moment.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/connection.hpp"
#include "wsgate/access/source_limits.hpp"
#include "wsgate/handover/moved.hpp"

namespace wsgate {

/// Belongs to no event loop: any worker can go on with it, here or in another process.
struct session_aside {
    moved_session what;
    net::connection client;
    net::connection target; ///< no socket: it is not dialled yet
    source_limits::connection_place connection{};
    source_limits::session_place session{};
};

} // namespace wsgate
