// A viewer of Mode I while its server is dialled.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/tcp_stream.hpp"
#include "repeater/pair.hpp"

#include <cstddef>
#include <vector>

namespace repeater {

/// Belongs to the thread that decides. `early` are the session's first bytes, which are read while
/// nobody is there to take them, at most limits.early_bytes.
struct dialling_viewer {
    dialling_viewer(peer who, const asio::any_io_executor& executor)
        : dialling_viewer(std::move(who.name), who.release(), std::move(who.place), executor) {}

    /// Takes the connection off this thread's event loop, with its early bytes.
    [[nodiscard]] peer detach() {
        return {name, stream.detach(std::move(early)), std::move(place)};
    }

    const peer_name name;
    net::tcp_stream stream;
    std::vector<std::byte> early;
    source_limits::place place;

private:
    dialling_viewer(peer_name who, net::connection c, source_limits::place counts,
                    const asio::any_io_executor& executor)
        : name(std::move(who)), stream(executor, c), early(std::move(c.early)),
          place(std::move(counts)) {}
};

/// Watches a peer that has to wait, and keeps what it sends, at most `max_early` bytes; the rest
/// stays in the kernel. Completes with eof or an error once it has left, with operation_aborted
/// where it was detached, closed or the wait cancelled. No byte is lost then.
[[nodiscard]] asio::awaitable<error_code> until_gone(dialling_viewer&, std::size_t max_early);

} // namespace repeater
