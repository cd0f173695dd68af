// Understands the origin form and the absolute form (RFC 9112 3.2).
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/http/url_path.hpp"

#include "net/text/number.hpp"
#include "wsgate/text/ascii.hpp"

#include <algorithm>
#include <cstdint>
#include <vector>

namespace wsgate {

std::optional<char> unescaped(std::string_view two) {
    constexpr int hexadecimal = 16;
    const auto value = net::parse_number<std::uint8_t>(two, hexadecimal);
    return value && two.size() == 2 ? std::optional{static_cast<char>(*value)} : std::nullopt;
}

std::optional<absolute_form> split_absolute_form(std::string_view target) {
    for (const std::string_view scheme : {"http://", "https://", "ws://", "wss://"}) {
        if (!equal_but_for_case(target.substr(0, scheme.size()), scheme)) {
            continue;
        }
        target.remove_prefix(scheme.size());
        const auto authority = target.substr(0, target.find_first_of("/?#"));
        if (authority.empty()) {
            return std::nullopt;
        }
        return absolute_form{authority, target.substr(authority.size())};
    }
    return std::nullopt;
}

std::optional<std::string> decoded_path(std::string_view request_target) {
    if (!request_target.starts_with('/') || request_target.find('#') != std::string_view::npos) {
        return std::nullopt;
    }
    const auto path = request_target.substr(0, request_target.find('?'));
    if (path.find('%') == std::string_view::npos) {
        return std::string{path};
    }
    std::string decoded;
    for (std::size_t i = 0; i < path.size(); ++i) {
        if (path[i] != '%') {
            decoded += path[i];
            continue;
        }
        const auto c = unescaped(path.substr(i + 1, 2));
        if (!c) {
            return std::nullopt;
        }
        decoded += *c;
        i += 2;
    }
    return decoded;
}

namespace {

/// Whether every slash is the start of a part that is kept as it is.
bool is_normal(std::string_view path) {
    return path.starts_with('/') &&
           std::adjacent_find(path.begin(), path.end(), [](char a, char b) {
               return a == '/' && (b == '/' || b == '.');
           }) == path.end();
}

} // namespace

std::optional<std::string> normal_path(std::string_view path) {
    if (is_normal(path)) {
        return std::string{path};
    }
    std::vector<std::string_view> kept;
    std::string_view last;
    while (!path.empty()) {
        path.remove_prefix(1); // the slash in front
        last = path.substr(0, path.find('/'));
        path.remove_prefix(last.size());
        if (last == "..") {
            if (kept.empty()) {
                return std::nullopt;
            }
            kept.pop_back();
        } else if (!last.empty() && last != ".") {
            kept.push_back(last);
        }
    }
    std::string normal;
    for (const auto part : kept) {
        normal.append("/").append(part);
    }
    const bool names_directory = last.empty() || last == "." || last == "..";
    return normal.empty() || names_directory ? normal + "/" : normal;
}

std::string_view path_to_show(std::string_view target) {
    if (const auto absolute = split_absolute_form(target)) {
        target = absolute->rest.empty() ? "/" : absolute->rest;
    }
    target = target.substr(0, target.find_first_of("?#"));
    // A page's address that was encoded once too often has its query in the path.
    for (const std::string_view mark : {"%3f", "%23", "%26", "token=", "token%"}) {
        const auto* const at = std::search(target.begin(), target.end(), mark.begin(), mark.end(),
                                           [](char a, char b) { return lower(a) == b; });
        target = target.substr(0, static_cast<std::size_t>(at - target.begin()));
    }
    return target;
}

} // namespace wsgate
