// The bytes of a POST, and what the answer to it means.                         RFC 9110 9.3.3
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/http/client_response.hpp"
#include "repeater/events/http_url.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace repeater {

/// Of JSON, on a connection that ends with the answer.
[[nodiscard]] std::string post_of_json(const http_url& to, const std::string& json,
                                       std::string_view version = "1.1");

/// Nothing where the service has taken the POST (2xx); else why not, for a log. A redirection is
/// not followed: events are for the service that was named.
[[nodiscard]] std::optional<std::string> post_refused(const net::client_response&, const http_url&,
                                                      std::string_view option = "--event-url");

/// How long a service that is busy (429, 503) asks us to wait, in seconds or until a date (RFC 9110
/// 10.2.3); 0 where it says nothing that is understood.
[[nodiscard]] std::chrono::seconds asked_to_wait(const net::client_response&,
                                                 std::chrono::system_clock::time_point now);

} // namespace repeater
