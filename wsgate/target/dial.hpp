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

/// Looks the name up and takes the first of its addresses that answers (net::connect). Where that
/// one fails in TLS, the others are tried as well. `limit` holds for the look-up, for connecting,
/// and for the TLS handshake. `tls`: for targets that speak TLS; null where none does.
[[nodiscard]] asio::awaitable<dialled> dial(target, std::chrono::milliseconds limit,
                                            net::tcp_options,
                                            std::shared_ptr<const tls_client> tls = nullptr);

} // namespace wsgate
