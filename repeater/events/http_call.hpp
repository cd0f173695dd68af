// One request to a web service on a connection of its own.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/http/client_response.hpp"
#include "repeater/events/http_url.hpp"

#include <chrono>
#include <cstddef>
#include <string>

namespace repeater {

/// What became of it.
struct called {
    std::string no_answer; ///< why there is none; empty: there is one
    net::client_response answer{};
    std::string body{}; ///< at most as much as was wanted
};

/// Blocks until the answer is there, or until the time is over. https is verified against the
/// system's certificates (SSL_CERT_FILE, SSL_CERT_DIR) and the host's name. A body in chunks is not
/// read as one: who wants a body asks with HTTP/1.0.
[[nodiscard]] called call(const http_url&, const std::string& request,
                          std::chrono::milliseconds limit, std::size_t longest_body = 0);

} // namespace repeater
