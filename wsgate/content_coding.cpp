// Members of a list with a weight each.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/content_coding.hpp"

#include "wsgate/ascii.hpp"

#include <boost/beast/http/rfc7230.hpp>

#include <algorithm>
#include <optional>

namespace wsgate {

namespace {

namespace http = boost::beast::http;

/// "q=0", "q=0.000" and what is no number; a weight of any other size is consent.
bool is_zero(std::string_view weight) {
    return weight.find_first_of("123456789") == std::string_view::npos;
}

} // namespace

bool accepts_gzip(std::string_view accept_encoding) {
    std::optional<bool> gzip;
    std::optional<bool> any;
    for (const auto& [name, parameters] :
         http::ext_list{{accept_encoding.data(), accept_encoding.size()}}) {
        const bool zero = std::any_of(parameters.begin(), parameters.end(), [](const auto& p) {
            return equal_but_for_case({p.first.data(), p.first.size()}, "q") &&
                   is_zero({p.second.data(), p.second.size()});
        });
        const std::string_view coding{name.data(), name.size()};
        if (equal_but_for_case(coding, "gzip") || equal_but_for_case(coding, "x-gzip")) {
            gzip = !zero;
        } else if (coding == "*") {
            any = !zero;
        }
    }
    return gzip.value_or(any.value_or(false));
}

} // namespace wsgate
