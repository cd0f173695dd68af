// The WebSocket opening handshake (RFC 6455 4.2), as a decision about one request.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "wsgate/http/request.hpp"

#include <string>
#include <string_view>
#include <variant>

namespace wsgate {

/// What becomes of clients that offer the subprotocol `base64` and not `binary`.
enum class base64_offers { refuse, take };

struct opening {
    std::string accept;             ///< the value of Sec-WebSocket-Accept
    std::string_view subprotocol{}; ///< of those offered, what is answered: binary, base64, or none
};

/// Everything that RFC 6455 4.2.1 asks of a client, and nothing of any extension. A refusal with
/// 426 tells the version, or that this is no opening handshake at all.
[[nodiscard]] std::variant<opening, refusal> check_opening(const request&,
                                                           base64_offers = base64_offers::refuse);

/// RFC 6455 4.2.2, 5.4.
[[nodiscard]] std::string accept_value(std::string_view key);

/// 101, with exactly the fields that the most literal of clients look for.
[[nodiscard]] std::string switching_protocols(const opening&);

} // namespace wsgate
