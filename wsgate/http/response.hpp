// Writes HTTP responses as bytes.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "wsgate/http/request.hpp"

#include <boost/beast/http/string_body.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace wsgate {

inline constexpr auto server_name = "wsgate";

using string_response = http::response<http::string_body>;
using head_response = http::response<http::empty_body>;

/// A response whose body is text.
// NOLINTNEXTLINE(bugprone-exception-escape): Beast assigns with std::allocator, which cannot fail
struct text_response : string_response {
    using string_response::string_response;

    /// What the metrics count it as; nothing where it refuses no handshake.
    std::optional<handshake_failure> counted;
    std::string_view cause;  ///< for the log, a literal; empty: the status says all
    std::string_view advice; ///< for the log, a literal: what an operator may do
};

/// Makes a response of HTTP/1.1 with a line of plain text. The connection stays open unless the
/// caller changes that.
[[nodiscard]] text_response text_answer(http::status, std::string_view text);

/// Makes the response to a refusal, after which the connection closes. It is counted as the refusal
/// says.
[[nodiscard]] text_response refusal_answer(const refusal&);

/// Makes the 204 that OPTIONS is answered with, which balancers take for a sign of health.
[[nodiscard]] text_response options_answer();

/// Sets Date, Server and the fields that protect browsers. Every response has them, except 101.
void sign(http::fields&);

[[nodiscard]] std::string serialized(const head_response&);

/// The bytes of a response. To a HEAD they have no body, but still its length.
[[nodiscard]] std::string serialized(const text_response&, http::verb method);

} // namespace wsgate
