// Offers, waits for each answer, and only then lets go.
// SPDX-License-Identifier: EUPL-1.2
#include "repeater/successor.hpp"

#include "net/deadline.hpp"
#include "service/handover/net_fields.hpp"
#include "service/systemd.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <utility>

namespace repeater {

namespace {

using service::handshake;

/// Pairs that stand still at the same time.
constexpr std::size_t portion = 32;

/// Kept bytes of one record.
constexpr std::size_t piece = std::size_t{32} * 1024;

constexpr auto look_again_after = std::chrono::milliseconds(10);

} // namespace

successor::successor(net::event_loop& loop, server& s, sinks& k, service::record_channel* keeper,
                     net::message_socket socket, std::vector<server::listening> more)
    : loop_(loop), server_(s), sinks_(k), keeper_(keeper), more_listeners_(std::move(more)),
      link_(loop, std::move(socket)) {}

void successor::cancel() {
    if (!is_given_) {
        link_.lose("this process was told to end");
    }
}

void successor::tell(record_kind kind, std::vector<std::byte> fields,
                     std::span<const int> sockets) {
    link_.tell(number_of(kind), std::move(fields), sockets);
}

asio::awaitable<std::string> successor::take_over() {
    auto why = co_await link_.until(service::number_of(handshake::ready));
    if (!why.empty()) {
        co_return why;
    }
    auto aside = server_.set_aside();
    tell_all(aside);
    why = co_await link_.until(service::number_of(handshake::taken));
    if (why.empty()) {
        why = co_await let_it_go();
    }
    if (!is_given_) {
        sinks_.meter().add(told_.events);
        sinks_.outputs().resume();
        server_.take_back(std::move(aside));
        co_return why;
    }
    sinks_.outputs().leave_to([this](const std::string& json) {
        tell(record_kind::told, fields_of(std::string_view{json}));
    });
    server_.leave_to([this](reception::guest g) { give(std::move(g)); }, std::move(aside));
    co_return why;
}

void successor::tell_all(const server::aside& all) {
    for (const auto& all_of : {server_.listeners(), more_listeners_}) {
        for (const auto& each : all_of) {
            tell(record_kind::listener, fields_of(each.what), {&each.socket, 1});
        }
    }
    for (const auto& each : all.waiters) {
        const int socket = each.who.channel.native_handle();
        tell(record_kind::waiter, fields_of(each.what), {&socket, 1});
    }
    summary_.waiting = all.waiters.size();
    told_ = server_.counts();
    told_.events = sinks_.meter().begin_anew();
    tell(record_kind::counts, fields_of(told_));
    tell(record_kind::outputs, fields_of(sinks_.outputs().pause()));
    for (const auto& each : sinks_.outputs().undelivered()) {
        tell(record_kind::undelivered, fields_of(each));
    }
    link_.tell(service::number_of(handshake::complete));
}

/// The keeper is told first: where this process ends before its successor is told, the keeper finds
/// that the successor ends as well, and still holds all who wait.
asio::awaitable<std::string> successor::let_it_go() {
    const bool has_keeper = keeper_ != nullptr && keeper_->is_open();
    if (has_keeper) {
        keeper_->tell(number_of(record_kind::has_moved));
        is_given_ = co_await service::has_left(loop_, *keeper_);
        keeper_->close();
    }
    link_.tell(service::number_of(handshake::go));
    const bool left = co_await link_.has_left();
    is_given_ = is_given_ || left;
    if (left && !has_keeper) {
        service::notify_manager(fmt::format("MAINPID={}", link_.pid()));
    }
    co_return left ? "" : "it has ended before it could begin";
}

void successor::give(reception::guest g) {
    if (!link_.is_open()) {
        return;
    }
    const auto who = std::make_shared<peer>(std::move(g.who));
    who->channel.leave_poller();
    const int socket = who->channel.native_handle();
    tell(record_kind::guest, fields_of(moved_guest{who->name, std::move(*g.hello), who->early}),
         {&socket, 1});
    link_.then([who] {}); // whose socket stays open until then
    ++given_;
}

asio::awaitable<void> successor::give_the_rest() {
    co_await give_pairs();
    summary_.from = service::our_image();
    summary_.kept = server_.pairs().size();
    tell_counts();
    tell(record_kind::settled, fields_of(summary_));
    while (link_.is_open() && !server_.is_deserted()) {
        co_await net::expire_after(look_again_after);
        co_await give_pairs();
    }
    tell_counts();
    tell(record_kind::over);
    (void)co_await link_.has_left();
    link_.close();
}

asio::awaitable<void> successor::give_pairs() {
    while (link_.is_open()) {
        auto some = co_await server_.pairs().set_aside(portion);
        const auto since = net::clock::now();
        if (some.empty()) {
            co_return;
        }
        for (const auto& each : some) {
            tell_pair(*each);
        }
        tell(record_kind::pairs_sent);
        const auto why = co_await link_.until(number_of(record_kind::pairs_taken));
        service::field_writer stood_still_since;
        service::put(stood_still_since, since);
        tell(record_kind::pairs_go, stood_still_since.take());
        const bool left = co_await link_.has_left();
        for (auto& each : some) {
            if (left && why.empty()) {
                given_ += server_.pairs().is_server_accepted(each->number()) ? 2U : 1U;
                server_.pairs().given_away(each->number());
                ++summary_.pairs;
            } else {
                server_.pairs().take_back(std::move(each));
            }
        }
    }
}

void successor::tell_pair(relay& one) {
    auto what = one.describe();
    what.is_server_accepted = server_.pairs().is_server_accepted(what.number);
    for (std::size_t way = 0; way < what.flows.size(); ++way) {
        std::span<const std::byte> rest = what.flows[way].kept;
        while (!rest.empty()) {
            const auto next = rest.first(std::min(rest.size(), piece));
            service::field_writer kept;
            kept.number(way);
            kept.bytes(next);
            tell(record_kind::kept, kept.take());
            rest = rest.subspan(next.size());
        }
    }
    tell(record_kind::pair, fields_of(what), one.sockets());
}

/// What has been counted since the last time. Peers that have gone are closed here, unless they
/// were given away.
void successor::tell_counts() {
    const auto now = server_.counts();
    moved_counts more;
    more.closed = now.closed - told_.closed - summary_.waiting - given_;
    more.probes = now.probes - told_.probes;
    more.handed_over = now.handed_over - told_.handed_over;
    for (std::size_t i = 0; i < more.bytes.size(); ++i) {
        more.bytes[i] = now.bytes[i] - told_.bytes[i];
    }
    more.events = sinks_.meter().begin_anew();
    tell(record_kind::counts, fields_of(more));
    told_ = now;
    told_.closed = now.closed - summary_.waiting - given_;
}

} // namespace repeater
