// Describes the options, and reads the version to send: v1 or v2, for all paths or for one.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/options/proxy_flags.hpp"

#include "wsgate/options/option_path.hpp"

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
    throw service::bad_option("--send-proxy", std::string{text} + " is not v1, v2 or off");
}

} // namespace

void add_proxy_options(service::option_list& options, raw_proxy& raw, proxy_options& proxy) {
    using enum service::on_reload;
    options
        .list("--send-proxy", raw.send, "[PATH=]v1|v2|off", takes_effect,
              "Begin connections to targets with a PROXY header that tells the client's "
              "address, which they must expect (ultravnc_repeater --proxy-from); with PATH= "
              "for that path only; repeatable [off]")
        .decides(proxy.send);
    options.flag("--accept-proxy", proxy.accept, takes_effect,
                 "Connections from a --trusted-proxy begin with a PROXY header");
    options.seconds("--proxy-timeout", proxy.header, {service::shortest_time, service::a_day},
                    takes_effect, "For the PROXY header of --accept-proxy");
}

void take_over(const raw_proxy& raw, proxy_options& options) {
    once_a_path once("--send-proxy");
    for (const auto& text : raw.send) {
        const auto [path, version] = split_path(text);
        once.note(path, version);
        put(options.send, path, parse_version(version));
    }
}

} // namespace wsgate
