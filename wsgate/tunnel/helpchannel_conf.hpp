// Reads what Help-Channel's /etc/helpchannel.conf says about the tunnel.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace wsgate {

/// The values as they are written; empty where the file does not set them.
struct helpchannel_conf {
    std::string tunnel_url; ///< [TunnelConfig] tunnel_url
    std::string local_port; ///< [TunnelConfig] local_port
    std::string ssl_verify; ///< [TunnelConfig] ssl_verify, in GECOS's variant
    std::string proxy_host; ///< [ServerConfig] proxy_host, and so on
    std::string proxy_port;
    std::string proxy_username;
    std::string proxy_password;

    friend bool operator==(const helpchannel_conf&, const helpchannel_conf&) = default;
};

/// The dialect of Python's ConfigParser: `name: value` and `name = value`, names in any case,
/// comments after # and ; at a line's start, values that go on in indented lines. Anything else is
/// skipped; there are no errors.
[[nodiscard]] helpchannel_conf parse_helpchannel_conf(std::string_view text);

} // namespace wsgate
