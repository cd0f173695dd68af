// One accepted connection before it has a partner.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/tcp_stream.hpp"
#include "repeater/event.hpp"

#include <cstddef>
#include <vector>

namespace repeater {

/// On the thread that decides. `early` are the session's first bytes, read while nobody was there
/// to take them.
struct peer {
    peer(peer_name n, const asio::any_io_executor& executor, net::connection c)
        : name(std::move(n)), stream(executor, c), early(std::move(c.early)) {}

    /// Takes the connection off this thread's event loop, with its early bytes.
    [[nodiscard]] net::connection detach() { return stream.detach(std::move(early)); }

    const peer_name name;
    net::tcp_stream stream;
    std::vector<std::byte> early;
};

/// Watches a peer that has to wait, and keeps what it sends, at most `max_early` bytes; the rest
/// stays in the kernel. Completes with eof or an error once it has left, with operation_aborted
/// where it was detached, closed or the wait cancelled. No byte is lost then.
[[nodiscard]] asio::awaitable<error_code> until_gone(peer&, std::size_t max_early);

} // namespace repeater
