// Looks the name up, judges each address, connects, and hears the far end's RFB version.
// SPDX-License-Identifier: EUPL-1.2
#include "repeater/dial.hpp"

#include "net/deadline.hpp"
#include "net/dial.hpp"
#include "net/own_addresses.hpp"
#include "repeater/hear_version.hpp"
#include "rfb/error.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>

#include <utility>

namespace repeater {

namespace {

using asio::ip::tcp;
using namespace asio::experimental::awaitable_operators;
using server_end = std::optional<net::connection>;

/// One Mode I request; the functions are its steps.
struct request {
    dialling_viewer& viewer;
    const rfb::destination& to;
    const config& conf;
    net::resolver& names;
    event_sink& events;
};

/// The far end's version becomes its early bytes. Nothing of the viewer's is sent before that:
/// otherwise a viewer could speak to any service that stands behind us. A far end that greets with
/// 000.000 is a repeater, perhaps ourselves by another address, so that the pair would be a circle.
asio::awaitable<void> expect_rfb(net::stream& far, std::vector<std::byte>& early,
                                 event::dial_attempt_failed& failure) {
    using reason = event::dial_attempt_failed::reason;
    const auto version = co_await hear_version(far, early);
    if (!version) {
        failure.error = version.error();
        failure.why =
            failure.error.category() == rfb::category() ? reason::no_version : reason::left;
        failure.came = rfb::recognise(early);
    } else if (*version == rfb::repeater_greeting) {
        failure.error = rfb::error::bad_version;
        failure.why = reason::repeater;
    }
}

/// Waits for the far end's version. The failure says what came instead, where its `error` is set.
asio::awaitable<void> await_greeting(const request& r, net::stream& far,
                                     std::vector<std::byte>& early,
                                     event::dial_attempt_failed& failure) {
    const auto limit = r.conf.limits.handshake;
    const auto heard = co_await (expect_rfb(far, early, failure) || net::expire_after(limit));
    if (heard.index() == 1) {
        failure.why = event::dial_attempt_failed::reason::no_greeting;
        failure.error = asio::error::timed_out;
        failure.limit = limit;
    }
}

/// Connects to one address and, unless it is trusted, waits for its version. Empty where that
/// failed; the event has said why.
asio::awaitable<server_end> try_address(const request& r, tcp::endpoint to, bool trusted) {
    const auto executor = co_await asio::this_coro::executor;
    auto got = co_await net::connect(to, r.conf.limits.connect, r.conf.tcp);
    event::dial_attempt_failed failure{r.viewer.name, to, got.error};
    if (!failure.error) {
        net::tcp_stream stream(executor, got.connection);
        std::vector<std::byte> early;
        if (!trusted) {
            co_await await_greeting(r, stream, early, failure);
        }
        if (!failure.error) {
            co_return stream.detach(std::move(early));
        }
    }
    r.events.receive(failure);
    co_return std::nullopt;
}

void refuse(const request& r, verdict v) {
    using reason = event::dial_refused::reason;
    const auto why = v == verdict::off        ? reason::mode1_off
                     : v == verdict::bad_port ? reason::port
                                              : reason::address;
    r.events.receive(event::dial_refused{r.viewer.name, r.to, why});
}

/// Empty where nothing could be reached; the events have said why.
asio::awaitable<server_end> reach(const request& r) {
    const auto found =
        co_await net::resolve(r.names, r.to.host, r.to.port, r.conf.limits.name_lookup);
    if (found.error == asio::error::operation_aborted) {
        co_return std::nullopt; // the viewer left meanwhile: dial() says so
    }
    // Each address is judged after the look-up, not the name before it: names can point anywhere,
    // and may point elsewhere the next time. Our own addresses may change as well.
    const net::own_addresses ours;
    const is_own is_ours = [&ours](const asio::ip::address& a) { return ours.contains(a); };
    std::optional<verdict> against;
    bool tried = false;
    for (const auto& to : found.endpoints) {
        const auto verdict = judge(r.conf.mode1, r.to.host, to, is_ours);
        if (verdict != verdict::allowed && verdict != verdict::trusted) {
            against = verdict;
            continue;
        }
        tried = true;
        if (auto server = co_await try_address(r, to, verdict == verdict::trusted)) {
            co_return server;
        }
    }
    // Where some addresses were allowed, the viewer's problem is that none could be reached.
    if (against && !tried) {
        refuse(r, *against);
    } else {
        r.events.receive(event::dial_failed{r.viewer.name, r.to, found.error});
    }
    co_return std::nullopt;
}

/// The whole request, but for its answer's time.
asio::awaitable<server_end> attempt(const request& r) {
    if (r.conf.mode1.mode == mode1::off) {
        refuse(r, verdict::off);
        co_return std::nullopt;
    }
    r.events.receive(event::dialling{r.viewer.name, r.to});
    co_return co_await reach(r);
}

} // namespace

asio::awaitable<std::optional<pair>> dial(dialling_viewer& viewer, rfb::destination to,
                                          const config& conf, net::resolver& names,
                                          event_sink& events) {
    const auto not_before = net::clock::now() + conf.limits.refusal;
    const request r{viewer, to, conf, names, events};
    const auto max_early = conf.limits.early_bytes;
    auto first = co_await (attempt(r) || until_gone(viewer, max_early));
    if (first.index() == 1) {
        events.receive(event::dial_failed{viewer.name, to, std::get<1>(first)});
        co_return std::nullopt;
    }
    auto server = std::move(std::get<0>(first));
    // An answer that comes sooner would tell a refusal from a failure, and a closed port from none.
    if (!server) {
        (void)co_await (net::expire_at(not_before) || until_gone(viewer, max_early));
        co_return std::nullopt;
    }
    const peer_name far{viewer.name.number, rfb::side::server, server->peer, {}};
    co_return make_pair(viewer.detach(), {far, std::move(*server)}, std::move(to));
}

} // namespace repeater
