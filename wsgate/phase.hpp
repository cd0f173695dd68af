// What the worker can tell a connection, whichever phase it is in.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

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

    /// Too many connections wait to send their request: this one ends if it has not sent its own.
    virtual void drop() {}

    /// Has the journal log the session; false where there is none.
    [[nodiscard]] virtual bool show() const { return false; }
};

} // namespace wsgate
