// Takes the path out of a request's target, decodes it, and brings it into its one normal form.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace wsgate {

/// The byte that "%" and these two digits stand for (RFC 3986 2.1); nothing for any other text.
[[nodiscard]] std::optional<char> unescaped(std::string_view two);

/// The parts of a request target such as "http://host:1/path?query".
struct absolute_form {
    std::string_view authority; ///< never empty
    std::string_view rest;      ///< empty, or begins with `/`, `?` or `#`
};

/// Takes the absolute form apart (RFC 9112 3.2.2). Its scheme may also be ws or wss: clients write
/// that, though RFC 6455 4.1 has them write http or https. Nothing for any other form.
[[nodiscard]] std::optional<absolute_form> split_absolute_form(std::string_view request_target);

/// The percent-decoded path of "/path?query". Nothing for any other form, a fragment, or a bad
/// escape. The result may hold any byte.
[[nodiscard]] std::optional<std::string> decoded_path(std::string_view request_target);

/// The form that all spellings of a path have in common: without empty, "." and ".." segments; a
/// slash at the end is kept (RFC 3986 5.2.4). Nothing where it leads above the root. `decoded_path`
/// begins with a slash.
[[nodiscard]] std::optional<std::string> normal_path(std::string_view decoded_path);

/// A request target as the log may show it: without its authority, and without its query, since
/// tokens are secrets. A query that came percent-encoded, hence as a part of the path, is left out
/// as well. To be escaped by the caller.
[[nodiscard]] std::string_view path_to_show(std::string_view request_target);

} // namespace wsgate
