// Takes the client's address, and its port where no proxy is between us and the client.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/target/proxy_header.hpp"

#include "net/text/address_range.hpp"

#include <string>

namespace wsgate {

std::vector<std::byte> proxy_header_of(const client_facts& who, net::proxy_version version) {
    net::proxy_header header;
    if (who.client) {
        const auto client = net::unmapped(*who.client);
        const bool is_peer = client == net::unmapped(who.peer.address());
        header.addresses =
            net::proxy_header::endpoints{{client, is_peer ? who.peer.port() : std::uint16_t{0}},
                                         {net::unmapped(who.local.address()), who.local.port()}};
    }
    header.unique_id = who.request_id;
    if (!who.tls.empty()) {
        header.secured = net::proxy_header::tls{std::string{who.tls}};
    }
    return net::format_proxy_header(header, version);
}

} // namespace wsgate
