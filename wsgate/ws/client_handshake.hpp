// The WebSocket opening handshake from the client's side (RFC 6455 4.1).
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/http/client_response.hpp"
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

/// Whether a "Name: value" may go into our request: no control bytes, and none of the handshake's
/// own.
[[nodiscard]] bool valid_field(std::string_view);

/// Makes the value of Sec-WebSocket-Key from 16 random bytes, which must be new for each request.
[[nodiscard]] std::string opening_key(const std::array<unsigned char, 16>& bytes);

/// Writes the request; it offers the subprotocol `binary`.
[[nodiscard]] std::string opening_request(const ws_url&, const opening_extras&,
                                          std::string_view key);

enum class opening_stage { http_status, accept };

struct opening_problem {
    opening_stage stage = opening_stage::http_status;
    std::string text; ///< for a log

    friend bool operator==(const opening_problem&, const opening_problem&) = default;
};

/// Judges the server's response. Nothing where the WebSocket is open. `origin`: whom we asked, such
/// as "wss://desk.example", to tell of redirections.
[[nodiscard]] std::optional<opening_problem>
check_client_response(const net::client_response&, std::string_view key, std::string_view origin);

} // namespace wsgate
