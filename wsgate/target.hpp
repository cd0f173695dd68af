// The way to where sessions go.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/connection.hpp"
#include "net/stream.hpp"
#include "wsgate/target_address.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wsgate {

namespace asio = boost::asio;

class tls_client;

/// Either a stream or an error.
struct dialled {
    std::unique_ptr<net::stream> stream;
    net::error_code error;
    std::string problem{}; ///< more of it, for the log, where there is more
    bool counted = false;  ///< the metrics know of it
};

/// How a session gets its target; tests put their own streams here.
using dialler = std::function<asio::awaitable<dialled>()>;

/// Tries all addresses of the name, each for at most `limit`, as well as the look-up itself and the
/// TLS handshake. `tls`: for targets that speak it; nothing: none does.
[[nodiscard]] asio::awaitable<dialled> dial(target, std::chrono::milliseconds limit,
                                            net::tcp_options,
                                            std::shared_ptr<const tls_client> tls = nullptr);

} // namespace wsgate
