// What may befall a connection from outside, in whichever phase it is.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

namespace wsgate {

/// A connection arrives, is answered over HTTP, and perhaps carries a session; each phase owns what
/// it needs and hands on what the next one needs. On one event loop.
class phase {
public:
    phase() = default;
    phase(const phase&) = delete;
    phase& operator=(const phase&) = delete;
    virtual ~phase() = default;

    /// The gateway stops. A WebSocket is closed with 1001, anything else at once; the phase ends
    /// soon and no other follows.
    virtual void go_away() = 0;

    /// Too many others wait for a request as well: the connection ends if it still does.
    virtual void drop() {}

    /// Tells the journal of the session; false where there is none.
    [[nodiscard]] virtual bool show() const { return false; }
};

} // namespace wsgate
