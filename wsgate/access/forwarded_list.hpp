// The lists that proxies write: elements between commas, and the pairs of Forwarded (RFC 7239 4).
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include <optional>
#include <string_view>

namespace wsgate {

/// Cuts the last element off; commas inside quotes do not count. Quotes are matched from the end,
/// since a client may have invented the front: a quote that it left open then cannot swallow the
/// elements that proxies have added behind it.
[[nodiscard]] std::string_view cut_last_element(std::string_view& list);

/// Cuts the first element off, which is what the first proxy has written, or its client.
[[nodiscard]] std::string_view cut_first_element(std::string_view& list);

/// The value of a pair in an element such as "for=192.0.2.60;host=\"a:81\";proto=http", without
/// quotes around it. Nothing where there is none, and where there are two: neither can be trusted.
[[nodiscard]] std::optional<std::string_view> forwarded_value(std::string_view element,
                                                              std::string_view name);

} // namespace wsgate
