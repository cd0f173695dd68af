// Answers each portion, and touches nothing of it before it is told to go.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/predecessor.hpp"

#include "service/handover/net_fields.hpp"

#include <algorithm>
#include <utility>

namespace wsgate {

namespace {

void append(std::vector<std::byte>& to, const service::record& r) {
    service::field_reader in(r.fields);
    const auto bytes = in.bytes();
    to.insert(to.end(), bytes.begin(), bytes.end());
}

} // namespace

predecessor::predecessor(net::event_loop& loop, server& s, journal& j, net::message_socket socket,
                         std::vector<service::record> first)
    : server_(s), journal_(j),
      channel_(
          loop, std::move(socket), [this](service::record r) { take(std::move(r)); },
          [](const net::error_code&) {}) {
    for (auto& each : first) {
        take(std::move(each));
    }
}

void predecessor::take(service::record r) {
    switch (static_cast<record_kind>(r.kind)) {
    case record_kind::kept_to_tcp:
        append(kept_to_tcp_, r);
        return;
    case record_kind::kept_to_client:
        append(kept_to_client_, r);
        return;
    case record_kind::session:
        take_session(std::move(r));
        return;
    case record_kind::sessions_sent:
        channel_.tell(number_of(record_kind::sessions_taken));
        return;
    case record_kind::sessions_go:
        carry_all(r);
        return;
    case record_kind::counts:
        if (auto more = read<moved_numbers>(r.fields)) {
            metric_counts counts;
            add(counts, std::move(*more));
            server_.numbers().add(counts);
        }
        return;
    case record_kind::settled:
        tell_upgraded(r);
        return;
    default: // the other process is later than this one, and keeps what we do not know
        channel_.close();
    }
}

void predecessor::take_session(service::record r) {
    auto what = read<moved_session>(r.fields);
    if (!what || r.descriptors.empty()) {
        channel_.close(); // what has not been taken stays the other's
        return;
    }
    what->state.to_tcp = std::exchange(kept_to_tcp_, {});
    what->state.to_websocket = std::exchange(kept_to_client_, {});
    sessions_.push_back({std::move(*what), std::move(r.descriptors)});
}

void predecessor::carry_all(const service::record& r) {
    service::field_reader in(r.fields);
    const auto since = service::time_from(in);
    for (auto& [what, sockets] : std::exchange(sessions_, {})) {
        server_.receive(std::move(what), std::move(sockets));
    }
    pause_ = std::max(pause_, net::clock::now() - since);
}

void predecessor::tell_upgraded(const service::record& r) {
    const auto all = read<moved_summary>(r.fields).value_or(moved_summary{});
    const auto us = service::our_image();
    journal_.upgraded({all.from.version, all.from.pid, us.version, us.pid, all.sessions, all.kept,
                       std::chrono::ceil<std::chrono::milliseconds>(pause_)});
}

} // namespace wsgate
