// Finds the proxy that the environment variables name for a server, and obeys no_proxy.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace wsgate {

/// The value of a variable; empty where it is not set.
using environment = std::function<std::string(const char* name)>;

/// With TLS looks at `https_proxy`, `HTTPS_PROXY` and `http_proxy`, in this order; without TLS at
/// `http_proxy`. HTTP_PROXY is not looked at, since in CGI programs it holds a field of the
/// request. Empty: there is none, or `no_proxy` names the host.
[[nodiscard]] std::string proxy_in(const environment&, bool tls, std::string_view host,
                                   std::uint16_t port);

/// Whether the list, in the form of `no_proxy`, names the host: elements between commas or blanks;
/// `*` is every host, `example.org` and `.example.org` are that name and all below it, addresses
/// and ranges (10.0.0.0/8) are compared as such; any element but a range may end in :PORT.
[[nodiscard]] bool is_excepted(std::string_view list, std::string_view host, std::uint16_t port);

} // namespace wsgate
