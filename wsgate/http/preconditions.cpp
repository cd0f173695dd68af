// Compares entity tags and dates with those of the file.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/http/preconditions.hpp"

#include "wsgate/http/date.hpp"

#include <algorithm>

namespace wsgate {

namespace {

std::string_view text_of(const request& r, http::field name) {
    const auto value = r[name];
    return {value.data(), value.size()};
}

/// Whether any field of that name holds the tag; several fields are one list.
bool any_names_tag(const request& r, http::field name, std::string_view etag, comparison how) {
    const auto fields = r.equal_range(name);
    return std::any_of(fields.first, fields.second, [etag, how](const auto& field) {
        return names_tag({field.value().data(), field.value().size()}, etag, how);
    });
}

/// The date in a field; nothing unless the field is there once and is a date.
std::optional<std::time_t> date_of(const request& r, http::field name) {
    return r.count(name) == 1 ? parse_http_date(text_of(r, name)) : std::nullopt;
}

} // namespace

bool names_tag(std::string_view list, std::string_view etag, comparison how) {
    if (list == "*") {
        return true;
    }
    for (;;) {
        list.remove_prefix(std::min(list.find_first_not_of(" \t,"), list.size()));
        const bool weak = list.starts_with("W/");
        list.remove_prefix(weak ? 2 : 0);
        const auto end = list.find('"', 1);
        if (!list.starts_with('"') || end == std::string_view::npos) {
            return false;
        }
        if (list.substr(0, end + 1) == etag && (!weak || how == comparison::weak)) {
            return true;
        }
        list.remove_prefix(end + 1);
    }
}

condition check_conditions(const request& r, const validators& file) {
    if (r.count(http::field::if_match) > 0) {
        if (!any_names_tag(r, http::field::if_match, file.etag, comparison::strong)) {
            return condition::failed;
        }
    } else if (const auto date = date_of(r, http::field::if_unmodified_since);
               date && file.modified && *file.modified > *date) {
        return condition::failed;
    }
    if (r.count(http::field::if_none_match) > 0) {
        return any_names_tag(r, http::field::if_none_match, file.etag, comparison::weak)
                   ? condition::not_modified
                   : condition::holds;
    }
    const auto date = date_of(r, http::field::if_modified_since);
    return date && file.modified && *file.modified <= *date ? condition::not_modified
                                                            : condition::holds;
}

bool range_is_wanted(const request& r, const validators& file, std::time_t now) {
    if (r.count(http::field::if_range) == 0) {
        return true;
    }
    const auto value = text_of(r, http::field::if_range);
    if (value.starts_with('"')) {
        return value == file.etag;
    }
    // A date of the current second is not trusted: the file may still change within that second
    // (RFC 9110 8.8.2.2).
    const auto date = date_of(r, http::field::if_range);
    return date && file.modified && *date == *file.modified && *date < now;
}

} // namespace wsgate
