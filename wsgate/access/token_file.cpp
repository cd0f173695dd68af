// Reads lines and queries as Python's strip, split and parse_qs do.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/access/token_file.hpp"

#include "net/text/lines.hpp"
#include "wsgate/http/url_path.hpp"

#include <cstdint>

namespace wsgate {

namespace {

constexpr std::string_view white_space = " \t\n\v\f\r";

/// Where the first colon with white space behind it is.
std::size_t find_separator(std::string_view line) {
    auto at = line.find(':');
    while (at != std::string_view::npos &&
           (at + 1 == line.size() || white_space.find(line[at + 1]) == std::string_view::npos)) {
        at = line.find(':', at + 1);
    }
    return at;
}

/// Adds a line's token. Returns what is wrong with the line; empty where it is good, or holds no
/// token.
std::string_view take_line(std::string_view line, token_table& into) {
    if (line.empty() || line.front() == '#') {
        return {};
    }
    const auto separator = find_separator(line);
    if (separator == std::string_view::npos) {
        return "not of the form \"token: host:port\", with a blank behind the first colon";
    }
    const auto token = net::stripped(line.substr(0, separator));
    if (line.find('\0') != std::string_view::npos) {
        return "there is a NUL byte in it";
    }
    if (token.empty() || token.size() > longest_token) {
        return "the token is empty or over 1024 bytes";
    }
    auto where = parse_token_target(net::stripped(line.substr(separator + 1)));
    if (!where) {
        return "the target is neither host:port nor unix_socket:/path";
    }
    into.add(token, std::move(*where));
    return {};
}

/// Decodes a part of a query: `+` is a blank, and a `%` that no two digits follow stays.
std::string decoded(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto c = text[i] == '%' ? unescaped(text.substr(i + 1, 2)) : std::nullopt;
        out += c ? *c : text[i] == '+' ? ' ' : text[i];
        i += c ? 2U : 0U;
    }
    return out;
}

} // namespace

void token_table::add(std::string_view token, target to) {
    targets_.insert_or_assign(service::hmac_sha256(service::process_key(), token), std::move(to));
}

std::optional<target> token_table::find(std::string_view token) const {
    if (token.empty() || token.size() > longest_token) {
        return std::nullopt;
    }
    const auto found = targets_.find(service::hmac_sha256(service::process_key(), token));
    return found == targets_.end() ? std::nullopt : std::optional{found->second};
}

std::vector<bad_line> read_token_lines(std::string_view text, token_table& into) {
    if (net::is_utf16(text)) {
        return {{1, net::utf16_fault}};
    }
    std::vector<bad_line> bad;
    net::text_lines lines(text);
    while (const auto line = lines.next()) {
        const auto why = take_line(net::stripped(line->text), into);
        if (!why.empty()) {
            bad.push_back({line->number, why});
        }
    }
    return bad;
}

std::optional<std::string> token_of_query(std::string_view request_target) {
    const auto mark = request_target.find('?');
    if (mark == std::string_view::npos) {
        return std::nullopt;
    }
    auto rest = request_target.substr(mark + 1);
    while (!rest.empty()) {
        const auto end = rest.find('&');
        const auto pair = rest.substr(0, end);
        const auto equals = pair.find('=');
        if (equals != std::string_view::npos && decoded(pair.substr(0, equals)) == "token") {
            const auto value = decoded(pair.substr(equals + 1));
            if (const auto token = net::stripped(value); !token.empty()) {
                return std::string{token};
            }
        }
        rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    }
    return std::nullopt;
}

std::optional<std::string> token_of_host(std::string_view host) {
    const auto inside = host.starts_with('[') ? host.find(']') : 0;
    const auto name = host.substr(0, host.find(':', inside));
    return name.empty() ? std::nullopt : std::optional{std::string{name}};
}

} // namespace wsgate
