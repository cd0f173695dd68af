// Digest authentication: proves a password without sending it (RFC 7616).
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "wsgate/http/challenge.hpp"
#include "wsgate/ws/ws_url.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wsgate {

/// Whether a Digest that we can answer is among the challenges: SHA-256, SHA-512-256 or MD5, -sess
/// or not, without qop or with "auth".
[[nodiscard]] bool has_digest(const std::vector<challenge>&);

/// The credentials "Digest username=..." that answer the best of the challenges, for a first
/// request under its nonce. `uri` is the request's target, `cnonce` a random token. Nothing where
/// no challenge can be answered, the user's name holds control characters, or OpenSSL lacks the
/// hash.
[[nodiscard]] std::optional<std::string>
digest_credentials(const std::vector<challenge>&, const user_password&, std::string_view method,
                   std::string_view uri, std::string_view cnonce);

} // namespace wsgate
