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

/// A response in words.
// NOLINTNEXTLINE(bugprone-exception-escape): Beast assigns with std::allocator, which cannot fail
struct text_response : string_response {
    using string_response::string_response;

    /// What the metrics count it as; nothing: it refuses no handshake.
    std::optional<handshake_failure> counted;
};

/// A response of HTTP/1.1 with a line of plain text. The connection stays unless told otherwise.
[[nodiscard]] text_response text_answer(http::status, std::string_view text);

/// The same, and the connection closes. It is counted as the refusal says.
[[nodiscard]] text_response refusal_answer(const refusal&);

/// Sets Date, Server and what guards browsers, as every response but 101 has them.
void sign(http::fields&);

[[nodiscard]] std::string serialized(const head_response&);

/// The bytes of a response; without its body where the request was HEAD, though its length is told
/// all the same.
[[nodiscard]] std::string serialized(const text_response&, http::verb method);

} // namespace wsgate
