// Compares prefixes and lengths.
// SPDX-License-Identifier: EUPL-1.2
#include "net/text/unix_path.hpp"

#include "net/text/number.hpp"

namespace net {

bool is_unix_path(std::string_view path) {
    return path.starts_with('/') && path.size() > 1 && path.size() <= longest_unix_path &&
           path.find('\0') == std::string_view::npos;
}

std::optional<std::string_view> parse_unix_path(std::string_view text) {
    if (!text.starts_with(unix_prefix)) {
        return std::nullopt;
    }
    const auto path = text.substr(unix_prefix.size());
    return is_unix_path(path) ? std::optional{path} : std::nullopt;
}

std::optional<unsigned> parse_file_mode(std::string_view text) {
    constexpr int octal = 8;
    constexpr unsigned most = 0777;
    const auto mode = parse_number<unsigned>(text, octal);
    return mode && *mode <= most ? mode : std::nullopt;
}

} // namespace net
