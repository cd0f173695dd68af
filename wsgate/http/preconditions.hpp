// Judges a request's conditions: whether the client has the file already, or wants it only if it is
// unchanged (RFC 9110 13).
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "wsgate/http/request.hpp"

#include <ctime>
#include <optional>
#include <string>
#include <string_view>

namespace wsgate {

/// What tells one state of a file from another.
struct validators {
    std::string etag; ///< strong, with its quotes
    std::optional<std::time_t> modified;
};

enum class comparison { strong, weak };

/// Whether the list of If-Match or If-None-Match names the tag. A malformed list names nothing.
[[nodiscard]] bool names_tag(std::string_view list, std::string_view etag, comparison);

enum class condition { holds, not_modified, failed };

/// Judges If-Match, If-Unmodified-Since, If-None-Match and If-Modified-Since, in that order.
[[nodiscard]] condition check_conditions(const request&, const validators&);

/// Whether the Range field is to be obeyed: there is no If-Range, or it matches the file as it is.
[[nodiscard]] bool range_is_wanted(const request&, const validators&, std::time_t now);

} // namespace wsgate
