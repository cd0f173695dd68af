// The bytes of a POST, and of the answer to it.                                 RFC 9110 9.3.3
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/nothrow.hpp"
#include "repeater/events/http_url.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace repeater {

struct http_status {
    net::error_code error; ///< it is no answer
    unsigned status = 0;
};

/// Of JSON, on a connection that ends with the answer.
[[nodiscard]] std::string post_of_json(const http_url& to, const std::string& json);

/// `received`: all that has come. Nothing: the answer's head is not whole yet. At most 8 KiB.
[[nodiscard]] std::optional<http_status> read_status(std::string_view received);

/// Why there is no answer where the connection has ended with no more than that.
[[nodiscard]] net::error_code no_answer(std::string_view received);

} // namespace repeater
