// Finds commas, semicolons and quotes.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/access/forwarded_list.hpp"

#include "wsgate/text/ascii.hpp"

#include <algorithm>

namespace wsgate {

namespace {

/// Whether the character at `at` is escaped: it stands behind an odd number of backslashes.
bool is_escaped(std::string_view list, std::size_t at) {
    const auto before = list.substr(0, at);
    const auto other = before.find_last_not_of('\\');
    return (before.size() - (other == std::string_view::npos ? 0 : other + 1)) % 2 == 1;
}

/// How long the text is up to this separator outside of quotes.
std::size_t length_before(char separator, std::string_view text) {
    bool quoted = false;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const char c = text[at];
        if (c == '"') {
            quoted = !quoted;
        } else if (c == '\\' && quoted) {
            ++at;
        } else if (c == separator && !quoted) {
            return at;
        }
    }
    return text.size();
}

std::string_view without_quotes(std::string_view value) {
    const bool is_quoted = value.size() >= 2 && value.front() == '"' && value.back() == '"';
    return is_quoted ? value.substr(1, value.size() - 2) : value;
}

} // namespace

std::string_view cut_last_element(std::string_view& list) {
    bool quoted = false;
    for (auto at = list.size(); at > 0; --at) {
        const char c = list[at - 1];
        if (c == '"' && !is_escaped(list, at - 1)) {
            quoted = !quoted;
        } else if (c == ',' && !quoted) {
            const auto last = list.substr(at);
            list = list.substr(0, at - 1);
            return trimmed(last);
        }
    }
    const auto last = list;
    list = {};
    return trimmed(last);
}

std::string_view cut_first_element(std::string_view& list) {
    const auto first = list.substr(0, length_before(',', list));
    list.remove_prefix(std::min(first.size() + 1, list.size()));
    return trimmed(first);
}

std::optional<std::string_view> forwarded_value(std::string_view element, std::string_view name) {
    std::optional<std::string_view> found;
    while (!element.empty()) {
        // A proxy may quote what its client wrote, such as a host, and the client could put
        // ";for=" into that.
        const auto whole = element.substr(0, length_before(';', element));
        const auto pair = trimmed(whole);
        element.remove_prefix(std::min(whole.size() + 1, element.size()));
        const auto equals = pair.find('=');
        if (equals == std::string_view::npos || !equal_but_for_case(pair.substr(0, equals), name)) {
            continue;
        }
        if (found) {
            return std::nullopt;
        }
        found = without_quotes(pair.substr(equals + 1));
    }
    return found;
}

} // namespace wsgate
