// Answers each portion, and touches nothing of it before it is told to go.
// SPDX-License-Identifier: EUPL-1.2
#include "repeater/predecessor.hpp"

#include "service/handover/net_fields.hpp"
#include "service/version.hpp"

#include <algorithm>
#include <unistd.h>
#include <utility>

namespace repeater {

predecessor::predecessor(net::event_loop& loop, server& s, sinks& k, net::message_socket socket,
                         std::vector<service::record> first)
    : server_(s), sinks_(k),
      channel_(
          loop, std::move(socket), [this](service::record r) { take(std::move(r)); },
          [](const net::error_code&) {}) {
    for (auto& each : first) {
        take(std::move(each));
    }
}

void predecessor::take(service::record r) {
    switch (static_cast<record_kind>(r.kind)) {
    case record_kind::kept:
        take_kept(r);
        return;
    case record_kind::pair:
        take_pair(std::move(r));
        return;
    case record_kind::pairs_sent:
        channel_.tell(number_of(record_kind::pairs_taken));
        return;
    case record_kind::pairs_go:
        relay_all(r);
        return;
    case record_kind::guest:
        take_guest(std::move(r));
        return;
    case record_kind::told:
        sinks_.outputs().tell(read<std::string>(r.fields).value_or("{}"));
        return;
    case record_kind::counts:
        if (const auto more = read<moved_counts>(r.fields)) {
            server_.add(*more);
            sinks_.meter().add(more->events);
        }
        return;
    case record_kind::settled:
        tell_upgraded(r);
        return;
    default: // the other process is later than this one, and keeps what we do not know
        channel_.close();
    }
}

void predecessor::take_kept(const service::record& r) {
    service::field_reader in(r.fields);
    auto& of = kept_.at(in.number_up_to(1));
    const auto bytes = in.bytes();
    of.insert(of.end(), bytes.begin(), bytes.end());
}

void predecessor::take_pair(service::record r) {
    auto what = read<moved_pair>(r.fields);
    if (!what || r.descriptors.size() != 2) {
        channel_.close(); // what has not been taken stays the other's
        return;
    }
    for (std::size_t way = 0; way < kept_.size(); ++way) {
        what->flows.at(way).kept = std::exchange(kept_.at(way), {});
    }
    pairs_.push_back(
        {std::move(*what), {std::move(r.descriptors[0]), std::move(r.descriptors[1])}});
}

void predecessor::relay_all(const service::record& r) {
    service::field_reader in(r.fields);
    const auto since = service::time_from(in);
    for (auto& each : std::exchange(pairs_, {})) {
        server_.go_on(std::move(each.what), std::move(each.sockets));
    }
    pause_ = std::max(pause_, net::clock::now() - since);
}

void predecessor::take_guest(service::record r) {
    auto who = read<moved_guest>(r.fields);
    if (who && r.descriptors.size() == 1) {
        server_.receive(std::move(*who), std::move(r.descriptors.front()));
    }
}

void predecessor::tell_upgraded(const service::record& r) {
    const auto all = read<moved_summary>(r.fields).value_or(moved_summary{});
    sinks_.receive(event::upgraded{
        all.from.version, service::version, static_cast<int>(all.from.pid), ::getpid(), all.waiting,
        all.pairs, all.kept, std::chrono::ceil<std::chrono::milliseconds>(pause_)});
}

} // namespace repeater
