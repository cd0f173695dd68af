// Puts each record where it belongs.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/handover/inheritance.hpp"

#include "service/handover/handshake.hpp"

#include <utility>

namespace wsgate {

namespace {

void add_listener(inheritance& to, moved_listener what, net::unique_fd socket) {
    if (what.for_whom == moved_listener::use::managers) {
        to.sockets.push_back({socket.release(), std::move(what.name)});
    } else {
        to.listeners.push_back(
            {static_cast<std::uint8_t>(what.for_whom), std::move(what.name), std::move(socket)});
    }
}

void add(inheritance& to, service::record r) {
    switch (static_cast<record_kind>(r.kind)) {
    case record_kind::listener:
        add_listener(to, service::understood(read<moved_listener>(r.fields), r, 1),
                     std::move(r.descriptors.front()));
        return;
    case record_kind::ticket_key:
        to.ticket_keys.push_back(service::understood(read<ticket_ring::aged_key>(r.fields), r));
        return;
    case record_kind::accepted:
        to.accepted = service::field_reader(r.fields).number();
        return;
    case record_kind::counts:
        add(to.counts, service::understood(read<moved_numbers>(r.fields), r));
        return;
    default:
        service::refuse_record(r, "is not known to this version");
    }
}

} // namespace

void add(metric_counts& to, moved_numbers n) {
    auto& there = n.route.empty() ? to.of_all : to.of_routes[n.route];
    there = std::move(n.numbers);
}

inheritance inherit(const net::message_socket& from) {
    inheritance all;
    service::inherit(from, [&all](service::record r) { add(all, std::move(r)); });
    return all;
}

} // namespace wsgate
