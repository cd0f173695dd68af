// What the worker can tell a connection, whichever phase it is in.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "wsgate/access/limit.hpp"
#include "wsgate/session_aside.hpp"

#include <memory>

namespace wsgate {

/// A connection arrives, is answered over HTTP, and perhaps carries a session; each phase owns what
/// it needs and hands on what the next one needs. All of it on the connection's event loop.
class phase {
public:
    phase() = default;
    phase(const phase&) = delete;
    phase& operator=(const phase&) = delete;
    virtual ~phase() = default;

    /// The gateway stops. A WebSocket is closed with 1001, anything else is cut at once. The phase
    /// ends soon, and no other follows.
    virtual void go_away() = 0;

    /// There are more connections than this limit allows, and this one is the oldest: it ends,
    /// unless it is not one of them any more.
    virtual void drop(limit) {}

    /// Takes the session out of this process's hands, and ends soon. Null where there is none yet,
    /// or it cannot go on elsewhere. A connection that waits for another request ends as well: its
    /// client makes another one, to whoever serves by then.
    [[nodiscard]] virtual std::unique_ptr<session_aside> set_aside() { return nullptr; }

    /// Has the journal log the session; false where there is none.
    [[nodiscard]] virtual bool show() const { return false; }
};

} // namespace wsgate
