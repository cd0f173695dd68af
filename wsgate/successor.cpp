// Offers, waits for each answer, and only then lets go.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/successor.hpp"

#include "net/deadline.hpp"
#include "service/handover/net_fields.hpp"
#include "service/systemd.hpp"

#include <algorithm>
#include <chrono>
#include <fmt/format.h>
#include <memory>
#include <utility>

namespace wsgate {

namespace {

using service::handshake;

/// Sessions that stand still at the same time.
constexpr std::size_t portion = 32;

/// Kept bytes of one record.
constexpr std::size_t piece = std::size_t{32} * 1024;

// What cannot move yet, such as a handshake, is looked at again after ever longer pauses.
constexpr std::chrono::milliseconds first_pause{20};
constexpr std::chrono::milliseconds longest_pause{1'000};

} // namespace

successor::successor(net::event_loop& loop, server& s, net::message_socket socket)
    : server_(s), link_(loop, std::move(socket)) {}

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
    co_await server_.stop_accepting();
    tell_all();
    why = co_await link_.until(service::number_of(handshake::taken));
    if (why.empty()) {
        link_.tell(service::number_of(handshake::go));
        is_given_ = co_await link_.has_left();
        why = is_given_ ? "" : "it has ended before it could begin";
    }
    if (!is_given_) {
        server_.accept_again();
        co_return why;
    }
    service::notify_manager(fmt::format("MAINPID={}", link_.pid()));
    co_await server_.leave();
    co_return why;
}

void successor::tell_all() {
    for (const auto& each : server_.all_listeners()) {
        tell(record_kind::listener, fields_of(each.what), {&each.socket, 1});
    }
    for (const auto& each : server_.tickets().all()) {
        tell(record_kind::ticket_key, fields_of(each));
    }
    service::field_writer accepted;
    accepted.number(server_.accepted());
    tell(record_kind::accepted, accepted.take());
    tell_counts();
    link_.tell(service::number_of(handshake::complete));
}

/// What has been counted since the last time.
void successor::tell_counts() {
    auto now = server_.numbers().counts();
    auto more = now - told_;
    tell(record_kind::counts, fields_of(moved_numbers{"", std::move(more.of_all)}));
    for (auto& [route, numbers] : more.of_routes) {
        tell(record_kind::counts, fields_of(moved_numbers{route, std::move(numbers)}));
    }
    told_ = std::move(now);
}

asio::awaitable<void> successor::give_the_rest() {
    co_await give_sessions();
    summary_.from = service::our_image();
    summary_.kept = server_.present();
    tell_counts();
    tell(record_kind::settled, fields_of(summary_));
    const auto most = server_.longest_after_upgrade();
    const auto end = most.count() > 0 ? net::clock::now() + most : net::clock::time_point::max();
    auto pause = first_pause;
    while (server_.present() > 0 && !server_.is_stopping() && net::clock::now() < end) {
        co_await net::expire_after(pause);
        pause = std::min(2 * pause, longest_pause);
        co_await give_sessions();
    }
    tell_counts();
    (void)co_await link_.has_left();
    link_.close();
    server_.stop();
}

asio::awaitable<void> successor::give_sessions() {
    while (link_.is_open() && !server_.is_stopping()) {
        auto some = co_await server_.set_aside(portion);
        if (some.empty()) {
            co_return;
        }
        service::field_writer stood_still_since;
        service::put(stood_still_since, net::clock::now());
        for (const auto& each : some) {
            tell_session(*each);
        }
        tell(record_kind::sessions_sent);
        const auto why = co_await link_.until(number_of(record_kind::sessions_taken));
        tell(record_kind::sessions_go, stood_still_since.take());
        const bool left = co_await link_.has_left();
        if (left && why.empty()) {
            summary_.sessions += some.size();
            continue; // and ours are closed
        }
        for (auto& each : some) {
            server_.go_on(std::move(each));
        }
    }
}

void successor::tell_session(const session_aside& s) {
    tell_kept(record_kind::kept_to_tcp, s.what.state.to_tcp);
    tell_kept(record_kind::kept_to_client, s.what.state.to_websocket);
    std::vector<int> sockets{s.client.socket.get()};
    if (s.target.socket) {
        sockets.push_back(s.target.socket.get());
    }
    tell(record_kind::session, fields_of(s.what), sockets);
}

void successor::tell_kept(record_kind kind, std::span<const std::byte> bytes) {
    while (!bytes.empty()) {
        const auto next = bytes.first(std::min(bytes.size(), piece));
        service::field_writer kept;
        kept.bytes(next);
        tell(kind, kept.take());
        bytes = bytes.subspan(next.size());
    }
}

} // namespace wsgate
