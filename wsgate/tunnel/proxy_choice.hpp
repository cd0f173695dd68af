// Which proxy the environment names for a server, and for which servers it names none.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace wsgate {

/// The value of a variable; empty where it is not set.
using environment = std::function<std::string(const char* name)>;

/// `https_proxy`, `HTTPS_PROXY`, then `http_proxy` for TLS; `http_proxy` without. HTTP_PROXY is not
/// looked at: in CGI programs it is a request's. Empty: none, or excepted by `no_proxy`.
[[nodiscard]] std::string proxy_in(const environment&, bool tls, std::string_view host,
                                   std::uint16_t port);

/// `list` as in `no_proxy`: elements between commas or blanks; `*` is every host, `example.org` and
/// `.example.org` are that name and all below it, addresses and ranges (10.0.0.0/8) are compared as
/// such; any element but a range may end in :PORT.
[[nodiscard]] bool is_excepted(std::string_view list, std::string_view host, std::uint16_t port);

} // namespace wsgate
