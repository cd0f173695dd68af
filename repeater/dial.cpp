// Looks the name up, judges each address, lets the good ones race, and hears the RFB version.
// SPDX-License-Identifier: EUPL-1.2
#include "repeater/dial.hpp"

#include "net/deadline.hpp"
#include "net/dial.hpp"
#include "net/route_query.hpp"
#include "net/text/address_range.hpp"
#include "net/text/server_name.hpp"
#include "repeater/hear_version.hpp"
#include "rfb/error.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <span>
#include <sys/socket.h>
#include <utility>
#include <vector>

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
    const auto limit = r.conf.limits.greeting;
    const auto heard = co_await (expect_rfb(far, early, failure) || net::expire_after(limit));
    if (heard.index() == 1) {
        failure.why = event::dial_attempt_failed::reason::no_greeting;
        failure.error = asio::error::timed_out;
        failure.limit = limit;
    }
}

event::dial_attempt_failed failed_attempt(const request& r, const tcp::endpoint& at,
                                          const error_code& error) {
    event::dial_attempt_failed failure{r.viewer.name, at, error};
    failure.is_of_a_name = !net::server_name_of(r.to.host).is_address;
    return failure;
}

/// Waits for the version of who was connected to, unless it is trusted. Empty where that failed;
/// the event has said why.
asio::awaitable<server_end> hear_server(const request& r, std::unique_ptr<net::tcp_stream> far,
                                        bool trusted) {
    auto failure = failed_attempt(r, far->peer_address(), {});
    std::vector<std::byte> early;
    if (!trusted) {
        co_await await_greeting(r, *far, early, failure);
    }
    if (!failure.error) {
        co_return far->detach(std::move(early));
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

/// An address that leads to this machine, or of which that cannot be learned, is ours.
bool is_ours(const asio::ip::address& a) {
    const auto way = net::route_to(a);
    return way == net::route::local || way == net::route::unknown;
}

verdict judge_now(const request& r, const tcp::endpoint& to) {
    return judge(r.conf.mode1, r.to.host, to, is_ours);
}

bool may_be_dialled(verdict v) {
    return v == verdict::trusted || v == verdict::allowed;
}

/// Of a name's addresses those behind these are neither judged nor dialled: whoever runs a name
/// server may answer with thousands, and each costs some system calls on the thread that decides.
constexpr std::size_t most_addresses = 64;

/// What the policy lets us dial.
struct judged {
    std::vector<tcp::endpoint> allowed;
    std::optional<verdict> against; ///< why another address is left out
};

/// Each address is judged after the look-up, not the name before it: names can point anywhere, and
/// may point elsewhere the next time.
judged judge_all(const request& r, const std::vector<tcp::endpoint>& found) {
    judged all;
    for (const auto& to : std::span(found).first(std::min(found.size(), most_addresses))) {
        if (const auto verdict = judge_now(r, to); may_be_dialled(verdict)) {
            all.allowed.push_back(to);
        } else {
            all.against = verdict;
        }
    }
    return all;
}

/// A connection of this machine with itself. The addresses and routes may have changed since the
/// address was judged.
bool ends_here(const net::tcp_stream& far) {
    tcp::endpoint here;
    auto size = static_cast<socklen_t>(here.capacity());
    return ::getsockname(far.native_handle(), here.data(), &size) != 0 ||
           net::unmapped(here.address()) == net::unmapped(far.peer_address().address());
}

verdict judge_connection(const request& r, const net::tcp_stream& far) {
    const auto to = far.peer_address();
    return judge(r.conf.mode1, r.to.host, to,
                 [&](const asio::ip::address& a) { return ends_here(far) || is_ours(a); });
}

/// Takes the first address that answers and, unless it is trusted, greets as a VNC server does.
/// Empty where there is none; the events have said why.
asio::awaitable<server_end> try_addresses(const request& r, judged good) {
    auto left = std::move(good.allowed);
    while (!left.empty()) {
        auto got = co_await net::connect(left, r.conf.limits.connect, r.conf.tcp);
        for (const auto& [at, error] : got.missed) {
            r.events.receive(failed_attempt(r, at, error));
        }
        if (got.error) {
            break;
        }
        const auto at = got.stream->peer_address();
        const auto again = judge_connection(r, *got.stream);
        if (may_be_dialled(again)) {
            auto server = co_await hear_server(r, std::move(got.stream), again == verdict::trusted);
            if (server) {
                co_return server;
            }
        } else {
            refuse(r, again);
        }
        left = net::left_of(std::move(left), at, got.missed);
    }
    co_return std::nullopt;
}

/// Empty where nothing could be reached; the events have said why.
asio::awaitable<server_end> reach(const request& r) {
    const auto found =
        co_await net::resolve(r.names, r.to.host, r.to.port, r.conf.limits.name_lookup);
    if (found.error == asio::error::operation_aborted) {
        co_return std::nullopt; // the viewer left meanwhile: dial() says so
    }
    if (found.error == net::too_many_lookups()) {
        r.events.receive(event::limited{r.viewer.name, limit::lookups});
        co_return std::nullopt;
    }
    auto good = judge_all(r, found.endpoints);
    // Where some addresses were allowed, the viewer's problem is that none could be reached.
    if (good.against && good.allowed.empty()) {
        refuse(r, *good.against);
        co_return std::nullopt;
    }
    const auto cancelled = co_await asio::this_coro::cancellation_state;
    auto server = co_await try_addresses(r, std::move(good));
    if (!server && cancelled.cancelled() == asio::cancellation_type::none) {
        r.events.receive(event::dial_failed{r.viewer.name, r.to, found.error});
    }
    co_return server;
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
    auto first = co_await (attempt(r) || until_gone(viewer));
    if (first.index() == 1) {
        events.receive(event::dial_failed{viewer.name, to, std::get<1>(first)});
        co_return std::nullopt;
    }
    auto server = std::move(std::get<0>(first));
    if (!server) {
        co_await hold_until(viewer, not_before);
        co_return std::nullopt;
    }
    peer_name far{viewer.name.number, rfb::side::server, server->peer, {}};
    co_return make_pair(viewer.detach(), {std::move(far), std::move(*server)}, std::move(to));
}

} // namespace repeater
