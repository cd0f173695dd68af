// Finds the host that a client asked for, behind proxies as far as they can be trusted.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "wsgate/access/client_address.hpp"
#include "wsgate/access/origin.hpp"
#include "wsgate/http/request.hpp"

#include <string_view>

namespace wsgate {

/// The host that the client asked for: the Host field. A trusted proxy may say what the client
/// wrote there: by X-Forwarded-Host, X-Original-Host or the host of Forwarded, whose first elements
/// count, and in this order; the header of `rules` comes first. X-Forwarded-Port adds a port to
/// compare.
[[nodiscard]] asked_host client_host(const proxy_rules& rules, const request&,
                                     bool from_trusted_proxy);

/// The header that would name another host if its sender were a trusted proxy; empty: none.
[[nodiscard]] std::string_view header_not_believed(const request&, bool from_trusted_proxy);

} // namespace wsgate
