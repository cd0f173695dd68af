// What may be wrong where a peer's first bytes are of no use, and what to do about it.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "repeater/events/event.hpp"

#include <string>
#include <string_view>

namespace repeater {

/// A sentence without its full stop. Empty where the bytes tell nothing.
[[nodiscard]] std::string_view hint_of(const event::introduction_failed&);

/// The same for a far end of Mode I.
[[nodiscard]] std::string_view hint_of(const event::dial_attempt_failed&);

/// What the proxy, or whoever has set it up, is to do.
[[nodiscard]] std::string_view hint_of(const event::proxy_header_failed&);

/// As much of the peer's first bytes as helps: a known protocol's own words, and nothing that it
/// carries, such as a URL. Not escaped.
[[nodiscard]] std::string_view telling_part(const event::introduction_failed&);

} // namespace repeater
