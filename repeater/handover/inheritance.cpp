// Puts each record where it belongs.
// SPDX-License-Identifier: EUPL-1.2
#include "repeater/handover/inheritance.hpp"

#include "service/handover/handshake.hpp"

#include <algorithm>
#include <utility>

namespace repeater {

namespace {

void add_listener(inheritance& to, moved_listener what, net::unique_fd socket) {
    to.listeners.push_back(
        {static_cast<std::uint8_t>(what.for_whom), std::move(what.name), std::move(socket)});
}

void add(inheritance& to, service::record r) {
    switch (static_cast<record_kind>(r.kind)) {
    case record_kind::listener:
        add_listener(to, service::understood(read<moved_listener>(r.fields), r, 1),
                     std::move(r.descriptors.front()));
        return;
    case record_kind::waiter:
        to.waiters.push_back({service::understood(read<moved_waiter>(r.fields), r, 1), {}});
        to.waiters.back().socket = std::move(r.descriptors.front());
        return;
    case record_kind::counts:
        to.counts = service::understood(read<moved_counts>(r.fields), r);
        return;
    case record_kind::outputs:
        to.last_told = service::understood(read<outputs::position>(r.fields), r);
        return;
    case record_kind::undelivered:
        to.undelivered.push_back(service::understood(read<outputs::queued>(r.fields), r));
        return;
    default:
        service::refuse_record(r, "is not known to this version");
    }
}

} // namespace

inheritance inherit(const net::message_socket& from) {
    inheritance all;
    service::inherit(from, [&all](service::record r) { add(all, std::move(r)); });
    std::sort(all.waiters.begin(), all.waiters.end(),
              [](const auto& a, const auto& b) { return a.what.since < b.what.since; });
    return all;
}

} // namespace repeater
