// Why no session was opened: what the client, the log and the metrics are told.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "wsgate/access/limit.hpp"
#include "wsgate/http/handshake_failure.hpp"
#include "wsgate/http/response.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace wsgate {

/// What was compared where an origin is denied, for the log; bytes as they came.
struct compared_origin {
    std::string value;                 ///< of the field Origin; of several with commas between
    std::string host;                  ///< that the request is for
    std::string_view told_by;          ///< the header that names the host
    std::optional<std::uint16_t> port; ///< another port that a trusted proxy tells
    std::string_view not_believed; ///< a header by which a stranger names another host; empty: none
    std::string allowed;           ///< the list
};

/// The response in place of what was asked for, and what log and metrics say of it.
struct denial {
    http::status status{};
    std::string_view text;  ///< for the client, a literal
    std::string_view cause; ///< for the log, a literal
    handshake_failure counted = handshake_failure::forbidden;
    std::chrono::milliseconds delay{0};  ///< before the answer
    std::chrono::seconds retry_after{0}; ///< 0: the response has no Retry-After
    std::string realm{};                 ///< for WWW-Authenticate; empty: no password is asked for
    std::string token_hash{};            ///< of the refused token, for the log
    std::optional<compared_origin> origin{};
    std::optional<limit> hit{}; ///< the limit that was reached, where that is why
};

/// Writes the response. The connection stays where the client may ask again with a password.
[[nodiscard]] text_response answer_of(const denial&);

} // namespace wsgate
