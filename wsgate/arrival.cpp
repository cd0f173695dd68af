// Takes one step after the other; a step that fails counts and logs why, and ends the arrival.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/arrival.hpp"

#include "net/alarm.hpp"
#include "net/proxy/on_connection.hpp"
#include "net/tcp_stream.hpp"
#include "wsgate/limited.hpp"
#include "wsgate/tls/first_record.hpp"
#include "wsgate/tls/handshake_advice.hpp"
#include "wsgate/tls/sniff.hpp"

#include <boost/asio/error.hpp>

#include <algorithm>
#include <utility>

namespace wsgate {

arriving::arriving(const accepted_connection& which, net::connection socket,
                   source_limits::connection_place place)
    : connection_(which), socket_(std::make_unique<net::tcp_stream>(which.executor, socket)) {
    const auto& conf = connection_.conf();
    made_.peer = socket_->peer_address();
    made_.place = std::move(place);
    made_.deadline = net::clock::now() + conf.limits.handshake;
    made_.waiting = connection_.terms->doorman.wait_for_request(connection_.drop);
    if (conf.proxy.send.all || !conf.proxy.send.by_path.empty()) {
        made_.local = net::local_address(socket_->native_handle()).value_or(made_.local);
    }
}

std::optional<arrival> arriving::at_once() {
    if (connection_.rules.speaks != speech::plain ||
        connection_.terms->hears_proxy(net::address_of(made_.peer))) {
        return std::nullopt;
    }
    made_.stream = std::move(socket_);
    return std::move(made_);
}

asio::awaitable<std::optional<arrival>> arriving::run() {
    const bool is_proxy = connection_.terms->hears_proxy(net::address_of(made_.peer));
    if (is_proxy && !co_await hear_proxy()) {
        co_return std::nullopt;
    }
    auto speaks = connection_.rules.speaks;
    if (speaks == speech::sniffed) {
        const auto heard = co_await hear_speech();
        if (!heard) {
            co_return std::nullopt;
        }
        speaks = *heard;
    }
    if (speaks == speech::plain) {
        made_.stream = std::move(socket_);
    } else if (!co_await open_tls()) {
        co_return std::nullopt;
    }
    if (hung_up_) { // while no step waited
        co_return std::nullopt;
    }
    co_return std::optional<arrival>(std::move(made_));
}

void arriving::go_away() {
    hang_up();
}

void arriving::drop(limit l) {
    if (hung_up_) {
        return;
    }
    tell_limited(connection_.services, connection_.terms->doorman, connection_.number, made_.peer,
                 l);
    hang_up();
}

refused_client arriving::came_to_nothing(std::string_view cause, std::string_view advice) const {
    refused_client r;
    r.number = connection_.number;
    r.peer = made_.peer;
    r.client = net::address_of(made_.peer);
    r.cause = cause;
    r.advice = advice;
    return r;
}

lines_left_out arriving::admit_line(const line_limit::kind& what) const {
    return connection_.terms->doorman.admit_line(net::address_of(made_.peer), what);
}

/// Whatever step waits ends, and has nothing to tell of it.
void arriving::hang_up() {
    hung_up_ = true;
    close();
}

void arriving::close() {
    if (socket_) {
        socket_->close();
    } else {
        made_.stream->close();
    }
}

/// Reads the PROXY header by which a load balancer names its client. False where none comes:
/// trusted proxies must begin with one.
asio::awaitable<bool> arriving::hear_proxy() {
    const auto left = made_.deadline - net::clock::now();
    const auto header = co_await net::receive_proxy_header(
        *socket_, std::min<net::clock::duration>(left, connection_.conf().proxy.header));
    if (hung_up_) {
        co_return false;
    }
    if (!header && header.error() == net::proxy_error::nothing) {
        co_return false; // the balancer's health check
    }
    if (!header) {
        connection_.services.metrics.handshake_failed(handshake_failure::proxy_header);
        connection_.services.journal.proxy_header_failed(
            connection_.number, made_.peer, header.error(),
            admit_line(handshake_failure::proxy_header));
        co_return false;
    }
    // A header without an address, or with an address of zeros, names no client. Nor may the
    // request's fields name one then: the balancer does not look into HTTP, so that any client may
    // have written them.
    const auto& named = header->addresses;
    if (!named || named->source.address().is_unspecified()) {
        made_.headers = forwarded::ignored;
    } else {
        made_.proxy = std::exchange(made_.peer, named->source);
        made_.local = named->destination;
        co_return may_stay();
    }
    co_return true;
}

/// Whether the client that a PROXY header has named may have one more connection.
bool arriving::may_stay() {
    const auto& doorman = connection_.terms->doorman;
    const auto why = doorman.admit_source(made_.place, made_.peer.address());
    if (why) {
        tell_limited(connection_.services, doorman, connection_.number, made_.peer, *why);
    }
    return !why;
}

/// Returns plain or tls by the first byte, where the listener takes both. Nothing: no byte came.
asio::awaitable<std::optional<speech>> arriving::hear_speech() {
    const net::alarm too_late(connection_.executor, made_.deadline, [this] { socket_->close(); });
    const auto first = co_await sniff(*socket_);
    if (too_late.rang()) {
        connection_.services.metrics.handshake_failed(handshake_failure::timed_out);
        co_return std::nullopt;
    }
    if (first == first_byte::none) {
        co_return std::nullopt;
    }
    co_return first == first_byte::tls ? speech::tls : speech::plain;
}

/// Nothing is made for a client before its first record is there, and of those that have sent it
/// the oldest goes when there are too many.
asio::awaitable<bool> arriving::open_tls() {
    const net::alarm too_late(connection_.executor, made_.deadline, [this] { close(); });
    auto first = co_await read_first_record(*socket_, connection_.scratch);
    if (hung_up_) {
        co_return false;
    }
    if (too_late.rang() || !is_first_record(first)) {
        const net::error_code ended = asio::error::eof;
        tell_tls_failed(ended.message(), !first.empty(), too_late.rang());
        co_return false;
    }
    const auto place = connection_.terms->doorman.wait_for_tls(connection_.drop);
    auto stream = std::make_unique<tls_stream>(connection_.executor, std::move(socket_),
                                               connection_.terms->tls->new_session(), first);
    first = {};
    auto& tls = *stream;
    made_.stream = std::move(stream);
    const auto ec = co_await tls.handshake();
    if (hung_up_) {
        co_return false;
    }
    if (ec) {
        tell_tls_failed(tls.problem(), true, too_late.rang());
        co_return false;
    }
    made_.tls = tls.version();
    made_.identity = verified_client(tls.session());
    co_return true;
}

void arriving::tell_tls_failed(const std::string& problem, bool has_heard, bool timed_out) const {
    connection_.services.metrics.handshake_failed(timed_out ? handshake_failure::timed_out
                                                            : handshake_failure::tls);
    const std::string why = timed_out ? "timed out" : problem;
    // A port probe, or a browser's connection in reserve, says nothing and is no attempt.
    connection_.services.journal.tls_failed(came_to_nothing(why, advice_on_handshake(why)),
                                            has_heard ? admit_line(handshake_failure::tls)
                                                      : std::nullopt);
}

} // namespace wsgate
