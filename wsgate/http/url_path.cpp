// Understands the origin form and the absolute form (RFC 9112 3.2).
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/http/url_path.hpp"

#include "net/text/number.hpp"
#include "wsgate/text/ascii.hpp"

#include <cstdint>

namespace wsgate {

namespace {

std::optional<std::string_view> path_of(std::string_view target) {
    for (const std::string_view scheme : {"http://", "https://"}) {
        if (equal_but_for_case(target.substr(0, scheme.size()), scheme)) {
            target.remove_prefix(scheme.size());
            const auto authority = target.substr(0, target.find_first_of("/?#"));
            if (authority.empty()) {
                return std::nullopt;
            }
            target.remove_prefix(authority.size());
            if (target.empty() || target.front() == '?') {
                return "/";
            }
            break;
        }
    }
    if (target.empty() || target.front() != '/' || target.find('#') != std::string_view::npos) {
        return std::nullopt;
    }
    return target.substr(0, target.find('?'));
}

} // namespace

std::optional<char> unescaped(std::string_view two) {
    constexpr int hexadecimal = 16;
    const auto value = net::parse_number<std::uint8_t>(two, hexadecimal);
    return value && two.size() == 2 ? std::optional{static_cast<char>(*value)} : std::nullopt;
}

std::optional<std::string> decoded_path(std::string_view request_target) {
    const auto path = path_of(request_target);
    if (!path) {
        return std::nullopt;
    }
    std::string decoded;
    for (std::size_t i = 0; i < path->size(); ++i) {
        if ((*path)[i] != '%') {
            decoded += (*path)[i];
            continue;
        }
        const auto c = unescaped(path->substr(i + 1, 2));
        if (!c) {
            return std::nullopt;
        }
        decoded += *c;
        i += 2;
    }
    return decoded;
}

} // namespace wsgate
