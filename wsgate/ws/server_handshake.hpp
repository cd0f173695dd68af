// The WebSocket opening handshake from the server's side (RFC 6455 4.2): judges a request, writes
// the 101.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "wsgate/http/request.hpp"

#include <string>
#include <string_view>
#include <variant>

namespace wsgate {

/// Whether clients that offer the subprotocol `base64`, and not `binary`, are taken.
enum class base64_offers { refuse, take };

/// Whether a client must keep to all of RFC 6455, or only as far as websockify looks: there
/// Sec-WebSocket-Key may be any text, and Connection need not say upgrade.
enum class opening_style { rfc6455, websockify };

struct opening_rules {
    base64_offers base64 = base64_offers::refuse;
    opening_style style = opening_style::rfc6455;
};

struct opening {
    std::string accept;             ///< the value of Sec-WebSocket-Accept
    std::string_view subprotocol{}; ///< the one we agree to: binary, base64, or empty
};

/// Whether the request is somebody's attempt to open a WebSocket, complete or not: proxies drop
/// fields. Browsers let no page set these fields for anything else.
[[nodiscard]] bool asks_for_websocket(const request&);

/// Checks everything that RFC 6455 4.2.1 demands of a client; extensions are ignored. A refusal
/// with 426 names our version, also where the request is no opening handshake at all.
[[nodiscard]] std::variant<opening, refusal> check_opening(const request&,
                                                           const opening_rules& = {});

/// The value of Sec-WebSocket-Accept for a key (RFC 6455 4.2.2, 5.4).
[[nodiscard]] std::string accept_value(std::string_view key);

/// The 101 response, with its fields written exactly as clients that compare them literally want
/// them.
[[nodiscard]] std::string switching_protocols(const opening&);

} // namespace wsgate
