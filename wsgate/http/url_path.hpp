// Takes the path out of a request's target, and decodes it.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace wsgate {

/// The byte that "%" and these two digits stand for (RFC 3986 2.1); nothing for any other text.
[[nodiscard]] std::optional<char> unescaped(std::string_view two);

/// The percent-decoded path of "/path?query" or "http://host/path?query". Nothing for any other
/// form, a fragment, or a bad escape. The result may hold any byte.
[[nodiscard]] std::optional<std::string> decoded_path(std::string_view request_target);

} // namespace wsgate
