// Versions by name, for all paths or one.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/options/proxy_flags.hpp"

#include "service/seconds_option.hpp"

#include <CLI/CLI.hpp>

#include <string_view>

namespace wsgate {

namespace {

std::optional<net::proxy_version> parse_version(std::string_view text) {
    if (text == "v1") {
        return net::proxy_version::v1;
    }
    if (text == "v2") {
        return net::proxy_version::v2;
    }
    if (text == "off") {
        return std::nullopt;
    }
    throw CLI::ValidationError("--send-proxy", std::string{text} + " is not v1, v2 or off");
}

} // namespace

void add_proxy_options(CLI::App& app, raw_proxy& raw, proxy_options& options) {
    app.add_option("--send-proxy", raw.send,
                   "Begin connections to targets with a PROXY header that tells the client's "
                   "address, which they must expect (ultravnc_repeater --proxy-from); with PATH= "
                   "for that path only; repeatable [off]")
        ->type_name("[PATH=]v1|v2|off")
        ->allow_extra_args(false);
    app.add_flag("--accept-proxy", options.accept,
                 "Connections from a --trusted-proxy begin with a PROXY header");
    service::add_seconds(app, "--proxy-timeout", options.header,
                         {service::shortest_time, service::a_day},
                         "For the PROXY header of --accept-proxy [3]");
}

void take_over(const raw_proxy& raw, proxy_options& options) {
    for (const std::string_view text : raw.send) {
        const auto equals = text.starts_with('/') ? text.rfind('=') : std::string_view::npos;
        if (equals == std::string_view::npos) {
            options.send.all = parse_version(text);
            continue;
        }
        auto path = text.substr(0, equals);
        if (path.size() > 1 && path.ends_with('/')) {
            path.remove_suffix(1);
        }
        options.send.by_path.insert_or_assign(std::string{path},
                                              parse_version(text.substr(equals + 1)));
    }
}

} // namespace wsgate
