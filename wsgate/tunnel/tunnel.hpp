// One local connection and the WebSocket that is opened for it.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/deadline.hpp"
#include "net/stream.hpp"
#include "net/wake_up.hpp"
#include "wsgate/tunnel/tunnel_config.hpp"
#include "wsgate/tunnel/tunnel_journal.hpp"
#include "wsgate/tunnel/ws_client.hpp"
#include "wsgate/ws/bridge.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <string>

namespace wsgate {

/// Local bytes stay in the kernel until the WebSocket is open: no failed attempt loses any, and
/// they cannot fill our memory.
class tunnel {
public:
    struct surroundings {
        const tunnel_config& conf;
        const ws_way& way;
        tunnel_journal& journal;
        std::span<std::byte> scratch; ///< shared by all tunnels of the event loop
    };

    /// `is_gone` tells whether whoever connected here is still there; asked before each retry.
    tunnel(const surroundings&, asio::any_io_executor, tunnel_number, std::string peer,
           std::unique_ptr<net::stream> local, std::function<bool()> is_gone);

    /// Returns whether there was a session. The local connection is closed either way.
    [[nodiscard]] asio::awaitable<bool> run();

    /// Has the journal log the session, or that it is being opened.
    void show() const;

    /// Ends the session with Close 1001, or gives up the attempts to open one.
    void go_away();

private:
    [[nodiscard]] asio::awaitable<bool> open();
    [[nodiscard]] asio::awaitable<void> carry();
    [[nodiscard]] asio::awaitable<dialled> take_local();
    [[nodiscard]] std::chrono::milliseconds age() const;

    surroundings around_;
    asio::any_io_executor executor_;
    tunnel_number number_;
    std::string peer_;
    std::unique_ptr<net::stream> local_;
    std::function<bool()> is_gone_;
    std::unique_ptr<net::stream> remote_;
    std::vector<std::byte> early_;
    net::wake_up leaving_;
    bridge* bridge_ = nullptr;
    net::clock::time_point began_ = net::clock::now(); ///< the session, or the first attempt
    bool going_away_ = false;
};

} // namespace wsgate
