// Compares secrets in constant time, and makes digests that name a secret without revealing it.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

namespace service {

using digest = std::array<unsigned char, 32>;

[[nodiscard]] digest hmac_sha256(std::string_view key, std::string_view message);

/// Compares in a time that does not depend on where the two differ.
[[nodiscard]] bool equal(const digest&, const digest&);

/// The same of texts; how long they are is no secret.
[[nodiscard]] bool equal(std::string_view, std::string_view);

[[nodiscard]] std::string_view as_text(const digest&);

/// The first eight hexadecimal digits of the SHA-256: enough to join the lines of a log.
[[nodiscard]] std::string hash_prefix(std::string_view secret);

/// A random key that stays the same until the process ends; digests under it tell an outsider
/// nothing.
[[nodiscard]] const std::string& process_key();

} // namespace service
