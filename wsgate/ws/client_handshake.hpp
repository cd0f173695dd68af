// The WebSocket opening handshake from the client's side (RFC 6455 4.1).
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "wsgate/http/client_response.hpp"
#include "wsgate/ws/ws_url.hpp"

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wsgate {

/// What the operator adds to the request.
struct opening_extras {
    std::string origin;              ///< empty: none
    std::vector<std::string> fields; ///< "Name: value", as valid_field() wants them
};

/// "Name: value" that may go into our request: no control bytes, and none of the handshake's own.
[[nodiscard]] bool valid_field(std::string_view);

/// The value of Sec-WebSocket-Key; the bytes are fresh and random.
[[nodiscard]] std::string opening_key(const std::array<unsigned char, 16>& bytes);

/// Subprotocol `binary` is offered.
[[nodiscard]] std::string opening_request(const ws_url&, const opening_extras&,
                                          std::string_view key);

enum class opening_stage { http_status, accept };

struct opening_problem {
    opening_stage stage = opening_stage::http_status;
    std::string text; ///< for a log

    friend bool operator==(const opening_problem&, const opening_problem&) = default;
};

/// Nothing where the WebSocket is open.
[[nodiscard]] std::optional<opening_problem> check_client_response(const client_response&,
                                                                   std::string_view key);

} // namespace wsgate
