// A viewer of Mode I while its server is dialled.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/clock.hpp"
#include "net/tcp_stream.hpp"
#include "repeater/pair.hpp"

#include <cstddef>
#include <vector>

namespace repeater {

/// Belongs to the thread that decides. What it sends stays in the kernel.
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

/// Completes with eof or an error once the viewer has left, with operation_aborted where it was
/// detached, closed or the wait cancelled.
[[nodiscard]] asio::awaitable<error_code> until_gone(dialling_viewer&);

/// Waits until that time, or until the viewer has left. A refusal of Mode I that came sooner would
/// tell what is forbidden from what is not there.
[[nodiscard]] asio::awaitable<void> hold_until(dialling_viewer&, net::clock::time_point);

} // namespace repeater
