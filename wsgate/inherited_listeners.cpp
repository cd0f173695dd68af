// A name is a mode.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/inherited_listeners.hpp"

#include <optional>
#include <string_view>

namespace wsgate {

namespace {

std::optional<catch_all> leads_to(std::string_view name) {
    for (const auto who : {visitor::server, visitor::viewer}) {
        if (name == to_string(who)) {
            return catch_all{who};
        }
    }
    return std::nullopt;
}

} // namespace

void take_over(const std::vector<net::inherited_socket>& sockets, config& c) {
    if (sockets.empty()) {
        return;
    }
    if (c.listens_by_default) {
        c.listen.clear();
    }
    for (const auto& each : sockets) {
        listen_address at;
        at.inherited = each.fd;
        at.leads_to = leads_to(each.name);
        c.listen.push_back(at);
    }
}

} // namespace wsgate
