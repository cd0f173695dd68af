// Reads the members of a list, each with its weight.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/http/content_coding.hpp"

#include "wsgate/text/ascii.hpp"
#include "wsgate/text/comma_list.hpp"

#include <algorithm>
#include <optional>

namespace wsgate {

namespace {

/// Whether a parameter is a weight of 0 ("q=0", "q=0.000") or one that is no number; then the
/// coding is not wanted.
bool is_refusal(std::string_view parameter) {
    const auto equals = parameter.find('=');
    return equals != std::string_view::npos &&
           equal_but_for_case(trimmed(parameter.substr(0, equals)), "q") &&
           parameter.find_first_of("123456789", equals) == std::string_view::npos;
}

/// Reads the part of "gzip;q=0" that begins with the semicolon.
bool is_refused(std::string_view parameters) {
    while (!parameters.empty()) {
        parameters.remove_prefix(1); // its semicolon
        const auto one = parameters.substr(0, parameters.find(';'));
        if (is_refusal(one)) {
            return true;
        }
        parameters.remove_prefix(one.size());
    }
    return false;
}

} // namespace

bool accepts_gzip(std::string_view accept_encoding) {
    std::optional<bool> gzip;
    std::optional<bool> any;
    for (const auto element : elements(accept_encoding)) {
        const auto end = std::min(element.find(';'), element.size());
        const auto coding = trimmed(element.substr(0, end));
        const bool wanted = !is_refused(element.substr(end));
        if (equal_but_for_case(coding, "gzip") || equal_but_for_case(coding, "x-gzip")) {
            gzip = wanted;
        } else if (coding == "*") {
            any = wanted;
        }
    }
    return gzip.value_or(any.value_or(false));
}

} // namespace wsgate
