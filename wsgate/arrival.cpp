// Takes one step after the other; a step that fails counts and logs why, and ends the arrival.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/arrival.hpp"

#include "net/alarm.hpp"
#include "net/proxy/on_connection.hpp"
#include "net/tcp_stream.hpp"
#include "wsgate/tls/handshake_advice.hpp"
#include "wsgate/tls/sniff.hpp"

#include <algorithm>
#include <utility>

namespace wsgate {

arriving::arriving(const accepted_connection& which, net::connection socket)
    : connection_(which), socket_(std::make_unique<net::tcp_stream>(which.executor, socket)) {
    const auto& conf = connection_.conf();
    made_.peer = socket_->peer_address();
    made_.deadline = net::clock::now() + conf.limits.handshake;
    made_.waiting = connection_.terms->doorman.wait_for_request(connection_.drop);
    if (conf.proxy.send.all || !conf.proxy.send.by_path.empty()) {
        made_.local = net::local_address(socket_->native_handle()).value_or(made_.local);
    }
}

std::optional<arrival> arriving::at_once() {
    if (connection_.rules.speaks != speech::plain || is_proxy()) {
        return std::nullopt;
    }
    made_.stream = std::move(socket_);
    return std::move(made_);
}

asio::awaitable<std::optional<arrival>> arriving::run() {
    if (is_proxy() && !co_await hear_proxy()) {
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

void arriving::drop() {
    connection_.services.metrics.handshake_failed(handshake_failure::too_many);
    connection_.services.journal.refused(came_to_nothing(too_many_wait, more_may_wait),
                                         admit_line());
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

lines_left_out arriving::admit_line() const {
    return connection_.terms->doorman.admit_line(net::address_of(made_.peer));
}

/// Whatever step waits ends, and has nothing to tell of it.
void arriving::hang_up() {
    hung_up_ = true;
    if (socket_) {
        socket_->close();
    } else {
        made_.stream->close();
    }
}

bool arriving::is_proxy() const {
    const auto& conf = connection_.conf();
    return conf.proxy.accept && conf.access.proxies.trusts(net::address_of(made_.peer));
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
        connection_.services.journal.proxy_header_failed(connection_.number, made_.peer,
                                                         header.error(), admit_line());
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
    }
    co_return true;
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

asio::awaitable<bool> arriving::open_tls() {
    auto stream = std::make_unique<tls_stream>(connection_.executor, std::move(socket_),
                                               connection_.terms->tls->new_session());
    auto& tls = *stream;
    made_.stream = std::move(stream);
    const net::alarm too_late(connection_.executor, made_.deadline, [&tls] { tls.close(); });
    const auto ec = co_await tls.handshake();
    if (hung_up_) {
        co_return false;
    }
    if (ec) {
        tell_tls_failed(tls, too_late.rang());
        co_return false;
    }
    made_.tls = tls.version();
    made_.identity = verified_client(tls.session());
    co_return true;
}

void arriving::tell_tls_failed(const tls_stream& tls, bool timed_out) const {
    connection_.services.metrics.handshake_failed(timed_out ? handshake_failure::timed_out
                                                            : handshake_failure::tls);
    const std::string why = timed_out ? "timed out" : tls.problem();
    // A port probe, or a browser's connection in reserve, says nothing and is no attempt.
    connection_.services.journal.tls_failed(came_to_nothing(why, advice_on_handshake(why)),
                                            tls.has_heard() ? admit_line() : std::nullopt);
}

} // namespace wsgate
