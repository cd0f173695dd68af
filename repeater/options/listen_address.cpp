// Takes the side off behind the last `=`, and reads the rest as a path or an address.
// SPDX-License-Identifier: EUPL-1.2
#include "repeater/options/listen_address.hpp"

#include "net/text/unix_path.hpp"
#include "service/option.hpp"

#include <fmt/format.h>
#include <optional>

namespace repeater {

namespace {

std::optional<rfb::side> side_in(std::string_view word) {
    for (const auto side : {rfb::side::viewer, rfb::side::server}) {
        if (word == to_string(side)) {
            return side;
        }
    }
    return std::nullopt;
}

[[noreturn]] void refuse_listen(const std::string& why) {
    throw service::bad_option("--listen", why);
}

} // namespace

listen_address parse_listen(std::string_view text) {
    const auto equals = text.rfind('=');
    const auto side =
        equals == std::string_view::npos ? std::nullopt : side_in(text.substr(equals + 1));
    if (!side) {
        refuse_listen(
            fmt::format("{} does not end in =viewer or =server, for who connects there", text));
    }
    const auto where = text.substr(0, equals);
    if (const auto path = net::parse_unix_path(where)) {
        return {*side, {}, std::string{*path}};
    }
    if (where.starts_with(net::unix_prefix)) {
        refuse_listen(fmt::format("{} is no absolute path of up to {} bytes behind {}, such as "
                                  "unix:/run/ultravnc_repeater/viewer.sock",
                                  where, net::longest_unix_path, net::unix_prefix));
    }
    const auto at = net::parse_listen_at(where);
    if (!at) {
        refuse_listen(fmt::format("{} is not ADDRESS:PORT, such as *:5901, 127.0.0.1:5901 or "
                                  "[::1]:5901, nor unix:/PATH",
                                  where));
    }
    return {*side, *at};
}

} // namespace repeater
