// Signed tokens: they carry their target and their expiry themselves, so nothing needs to be
// stored.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "wsgate/access/token_target.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace wsgate {

/// s1.EXPIRY.TARGET.SIGNATURE
///   EXPIRY     decimal seconds since 1970
///   TARGET     "HOST:PORT" or "unix:/path", in base64url
///   SIGNATURE  base64url of HMAC-SHA256 under the key over all before the last dot
/// Only letters, digits, `.`, `_` and `-`: it needs no escapes in a URL.
[[nodiscard]] std::string sign_token(std::string_view key, const target&, std::uint64_t expiry);

enum class token_fault {
    not_signed, ///< not of the form of a signed token
    wrong_signature,
    expired,
};

/// The fault in words, for the log.
[[nodiscard]] std::string_view to_string(token_fault);

/// `keys`: any of them will do, so that they can be changed one by one. `now`: seconds since 1970.
[[nodiscard]] std::variant<target, token_fault>
check_signed_token(const std::vector<std::string>& keys, std::string_view token, std::uint64_t now);

} // namespace wsgate
