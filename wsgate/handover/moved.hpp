// What moves from one process to the next, as values without their sockets.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/clock.hpp"
#include "wsgate/ops/connection_number.hpp"
#include "wsgate/target/route.hpp"
#include "wsgate/target/target.hpp"
#include "wsgate/ws/bridge_state.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <cstdint>
#include <optional>
#include <string>

namespace wsgate {

namespace asio = boost::asio;

/// A session on which neither the client nor the target speaks TLS with us.
struct moved_session {
    connection_number number{};
    asio::ip::tcp::endpoint peer;
    std::optional<asio::ip::tcp::endpoint> proxy{};
    std::optional<asio::ip::address> client{};
    std::string request_id{};
    std::string user{};
    route where;
    std::string subprotocol{};
    target to;
    net::clock::time_point began{};
    bridge_state state{};
};

} // namespace wsgate
