// Digest: a password is proven and not sent (RFC 7616).
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "wsgate/http/challenge.hpp"
#include "wsgate/ws/ws_url.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wsgate {

/// Whether there is a Digest among them that we can answer: SHA-256, SHA-512-256 or MD5, -sess or
/// not, without qop or with "auth".
[[nodiscard]] bool has_digest(const std::vector<challenge>&);

/// The answer to the best of them, "Digest username=...", for a first request under its nonce.
/// `uri` is the request's target, `cnonce` a random token. Nothing where there is none, where the
/// user's name holds control characters, or OpenSSL does not have the hash.
[[nodiscard]] std::optional<std::string>
digest_credentials(const std::vector<challenge>&, const user_password&, std::string_view method,
                   std::string_view uri, std::string_view cnonce);

} // namespace wsgate
