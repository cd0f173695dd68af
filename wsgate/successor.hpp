// The process that takes over from this one.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/event_loop.hpp"
#include "service/handover/handshake.hpp"
#include "wsgate/handover/records.hpp"
#include "wsgate/server.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace wsgate {

/// Belongs to the thread of the server. First the listeners and the keys of tickets, in one piece:
/// until the other process has them all and is told to go, this one only stops to accept, and goes
/// on to where the other cannot. Then the sessions without TLS, in portions, each in the same way;
/// then those that begin or become free to move later.
class successor {
public:
    /// The server outlives it.
    successor(net::event_loop&, server&, net::message_socket);
    successor(const successor&) = delete;
    successor& operator=(const successor&) = delete;
    ~successor() = default;

    /// Completes when it is clear whether it takes over: empty, or why not.
    [[nodiscard]] asio::awaitable<std::string> take_over();

    /// Whether the listeners are not ours any more; otherwise all is as before.
    [[nodiscard]] bool is_given() const { return is_given_; }

    /// Where that is given: completes when nothing is left here, or only what has had its time.
    [[nodiscard]] asio::awaitable<void> give_the_rest();

    /// This process is about to end: nobody is to take over, unless it has.
    void cancel();

private:
    void tell(record_kind, std::vector<std::byte> fields = {}, std::span<const int> sockets = {});
    void tell_all();
    void tell_counts();
    [[nodiscard]] asio::awaitable<void> give_sessions();
    void tell_session(const session_aside&);
    void tell_kept(record_kind, std::span<const std::byte>);

    server& server_;
    service::successor_link link_;
    metric_counts told_; ///< so far
    moved_summary summary_;
    bool is_given_ = false;
};

} // namespace wsgate
