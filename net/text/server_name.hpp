// Whom a client of TLS asks for, and whom the server's certificate has to name.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include <string>
#include <string_view>

namespace net {

struct server_name {
    std::string text;        ///< a name without the dot at its end, or an address without its zone
    bool is_address = false; ///< never sent, since SNI is for names (RFC 6066 3), but compared

    friend bool operator==(const server_name&, const server_name&) = default;
};

/// `host`: a name, or an address without brackets.
[[nodiscard]] server_name server_name_of(std::string_view host);

} // namespace net
