// Connects to a session's target.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/connection.hpp"
#include "wsgate/target/dialled.hpp"
#include "wsgate/target/target.hpp"

#include <chrono>
#include <memory>

namespace wsgate {

class tls_client;

/// Tries all addresses of the name, each for at most `limit`, as well as the look-up itself and the
/// TLS handshake. `tls`: for targets that speak it; null where none does.
[[nodiscard]] asio::awaitable<dialled> dial(target, std::chrono::milliseconds limit,
                                            net::tcp_options,
                                            std::shared_ptr<const tls_client> tls = nullptr);

} // namespace wsgate
