// Accepts peers, sends each on by what it says, and ends on drain() and stop().
// SPDX-License-Identifier: EUPL-1.2
#include "repeater/server.hpp"

#include "net/deadline.hpp"
#include "net/proxy/on_connection.hpp"
#include "repeater/dial.hpp"
#include "repeater/explain.hpp"
#include "service/descriptors.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>

#include <algorithm>
#include <exception>
#include <iterator>
#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>

namespace repeater {

namespace {

/// Throws std::runtime_error where a port cannot be had: the Perl's words for it, and the address.
std::vector<net::listener> listen_on_port(const config& c, rfb::side side) {
    const bool viewers = side == rfb::side::viewer;
    const auto port = viewers ? c.viewer_port : c.server_port;
    try {
        return net::listen_on(c.bind, port, c.tcp);
    } catch (const net::cannot_listen& e) {
        throw std::runtime_error(std::string{viewers ? "client" : "server"} + " listen on port " +
                                 std::to_string(port) + ": " + e.code().message() + " - " +
                                 net::to_string(e.at) + " (choose another with -c, -s or --bind)");
    }
}

/// What --listen says.
std::vector<net::listener> listen_at(const config& c, const listen_address& at,
                                     std::vector<net::socket_file>& files) {
    std::vector<net::listener> all;
    if (at.unix_path.empty()) {
        return net::listen_on(at.at, c.tcp);
    }
    files.emplace_back(at.unix_path, c.unix_mode);
    all.emplace_back(files.back().take(), "unix:" + at.unix_path, c.tcp);
    return all;
}

/// The port first.
std::vector<net::listener> listen(const config& c, rfb::side side,
                                  std::vector<net::socket_file>& files) {
    auto all = listen_on_port(c, side);
    try {
        for (const auto& at : c.listen) {
            if (at.side == side) {
                auto more = listen_at(c, at, files);
                std::move(more.begin(), more.end(), std::back_inserter(all));
            }
        }
    } catch (const std::system_error& e) {
        throw std::runtime_error(std::string{e.what()} + " (choose another with --listen)");
    }
    return all;
}

/// One descriptor in ten is left for all that is no peer: logs, names, reloads.
limit_options limits_of(const config& c) {
    auto all = c.source_limits;
    if (all.connections == 0) {
        all.connections = service::descriptor_limit() / 10 * 9;
    }
    return all;
}

} // namespace

server::server(const asio::any_io_executor& executor, std::shared_ptr<const config> c,
               event_sink& events, net::resolver::lookup look_up)
    : executor_(executor), loop_(net::event_loop::of(executor)), config_(std::move(c)),
      events_(events), viewer_listeners_(listen(*config_, rfb::side::viewer, socket_files_)),
      server_listeners_(listen(*config_, rfb::side::server, socket_files_)), closing_(executor),
      limits_(limits_of(*config_)), resolver_(executor, std::move(look_up)),
      tasks_(
          executor,
          [&events](const std::exception_ptr& e) { events.receive(event::defect{net::what(e)}); }),
      reception_(loop_, events, [this](reception::guest g) { introduced(std::move(g)); }),
      room_(loop_, config_->duplicates, limits_, tasks_, events), relays_(loop_, *config_, events) {
}

asio::awaitable<void> server::run() {
    for (const auto side : {rfb::side::viewer, rfb::side::server}) {
        auto& listeners = side == rfb::side::viewer ? viewer_listeners_ : server_listeners_;
        for (auto& each : listeners) {
            events_.receive(event::listening{side, each.local(), each.name()});
            tasks_.spawn(each.run(
                [this, side](net::connection c) { accept(side, std::move(c)); },
                [this](const error_code& ec) { events_.receive(event::accept_failed{ec}); }));
        }
    }
    // tasks_.join() would complete whenever there is no task, which says nothing before drain().
    while (!closed_) {
        co_await closing_.wait();
    }
    co_await tasks_.join();
    co_await drained();
}

/// Completes when every pair has ended.
asio::awaitable<void> server::drained() {
    using namespace asio::experimental::awaitable_operators;
    const auto most = config_->limits.drain;
    if (most.count() > 0) {
        const auto first = co_await (relays_.join() || net::expire_after(most));
        if (first.index() == 1) {
            events_.receive(event::drained_too_long{relays_.size()});
            relays_.stop();
        }
    }
    co_await relays_.join();
}

void server::accept(rfb::side side, net::connection c) {
    peer_name name{session_number{++accepted_}, side, c.peer, {}};
    const auto from = net::address_of(c.peer);
    const bool is_proxy = !from || net::contains(config_->proxy_from, *from);
    auto entered = limits_.enter(is_proxy ? std::nullopt : from, loop_.now());
    if (const auto* const why = std::get_if<limit>(&entered)) {
        events_.receive(event::limited{std::move(name), *why});
        return;
    }
    auto& place = std::get<source_limits::place>(entered);
    if (is_proxy) {
        tasks_.spawn(hear_proxy(std::move(name), std::move(c), std::move(place)));
    } else {
        welcome({std::move(name), std::move(c), std::move(place)});
    }
    drop_oldest_handshakes();
}

void server::drop_oldest_handshakes() {
    while (limits_.has_too_many_handshakes() && reception_.drop_oldest()) {
    }
}

void server::welcome(peer who, std::optional<asio::ip::tcp::endpoint> proxy) {
    reception_.receive(std::move(who), std::move(proxy), config_);
}

asio::awaitable<void> server::hear_proxy(peer_name name, net::connection c,
                                         source_limits::place place) {
    auto header = co_await net::receive_proxy_header(c, config_->limits.proxy_header);
    if (closed_) {
        co_return; // drain() came meanwhile, after which nobody is welcomed
    }
    if (!header && header.error() == net::proxy_error::nothing) {
        reception_.note_probe(std::move(name));
        co_return;
    }
    if (!header) {
        events_.receive(event::proxy_header_failed{std::move(name), header.error()});
        co_return;
    }
    name.request_id = std::move(header->unique_id);
    if (header->addresses) {
        name.address = header->addresses->source;
        if (const auto why = limits_.identify(place, name.address.address(), loop_.now())) {
            events_.receive(event::limited{std::move(name), *why});
            co_return;
        }
    }
    const auto proxy = c.peer;
    welcome({std::move(name), std::move(c), std::move(place)}, proxy);
}

void server::introduced(reception::guest g) {
    if (!g.hello) {
        const auto error = g.hello.error();
        const auto* const why = error == rfb::error::text_behind_id
                                    ? "The repeater takes IDs without a blank in them."
                                : error == rfb::error::id_too_long
                                    ? "The ID is too long."
                                    : "The repeater needs an ID, as ID:1234, and got none.";
        tasks_.spawn(explain_to(std::move(g.who), why, std::move(g.conf)));
    } else if (std::holds_alternative<rfb::repeater_id>(g.hello->wish)) {
        meet(std::move(g));
    } else {
        tasks_.spawn(dial_for(std::move(g)));
    }
}

void server::meet(reception::guest g) {
    const auto& id = std::get<rfb::repeater_id>(g.hello->wish);
    const auto& port = g.hello->port;
    if (g.hello->key || g.hello->unended || !port.empty()) {
        events_.receive(event::id_truncated{g.who.name, id,
                                            g.hello->key       ? "+KEY"
                                            : g.hello->unended ? "what follows its block"
                                                               : ":" + port});
    }
    auto outcome = room_.arrive(std::move(g.who), id, port, g.conf);
    if (auto* met = std::get_if<pair>(&outcome)) {
        relays_.start(std::move(*met));
    } else if (auto* refused = std::get_if<waiting_room::refusal>(&outcome)) {
        tasks_.spawn(explain_to(std::move(refused->who), refused->why, std::move(g.conf)));
    }
}

asio::awaitable<void> server::dial_for(reception::guest g) {
    auto& to = std::get<rfb::destination>(g.hello->wish);
    auto why = limits_.forbids(g.who.place, peer_stage::session);
    why = why ? why : limits_.dial(g.who.place, loop_.now());
    if (why) {
        events_.receive(event::limited{g.who.name, *why});
        co_await explain_to(std::move(g.who), too_many_sessions, std::move(g.conf));
        co_return;
    }
    dialling_viewer viewer(std::move(g.who), executor_);
    if (auto met = co_await dial(viewer, std::move(to), *g.conf, resolver_, events_)) {
        limits_.move_to(met->viewer.place, peer_stage::session);
        met->server.place = limits_.without_source(peer_stage::session);
        relays_.start(std::move(*met));
        co_return;
    }
    co_await explain_to(viewer.detach(), "The repeater could not connect to that VNC server.",
                        std::move(g.conf));
}

asio::awaitable<void> server::explain_to(peer who, std::string_view why,
                                         std::shared_ptr<const config> conf) {
    if (conf->explain && who.name.side == rfb::side::viewer && !closed_) {
        limits_.move_to(who.place, peer_stage::leaving);
        co_await explain(std::move(who), why, conf->limits.explain);
    }
}

void server::configure(std::shared_ptr<const config> c) {
    config_ = std::move(c);
    limits_.set(limits_of(*config_));
    room_.set_policy(config_->duplicates);
    relays_.set_limits(config_->limits);
}

void server::drain() {
    if (std::exchange(closed_, true)) {
        return;
    }
    events_.receive(event::stopping{relays_.size()});
    // Peers that wait are closed, as nobody can come to meet them any more. Pairs stay.
    for (auto* listeners : {&viewer_listeners_, &server_listeners_}) {
        for (auto& each : *listeners) {
            each.close();
        }
    }
    socket_files_.clear();
    reception_.clear();
    room_.clear();
    tasks_.cancel();
    closing_.notify();
}

void server::stop() {
    drain();
    relays_.stop();
}

/// The number is bounded, since the log's queue drops lines when too many come at once.
void server::show_sessions() {
    constexpr std::size_t most = 1000;
    events_.receive(event::sessions{room_.size(rfb::side::server), room_.size(rfb::side::viewer),
                                    relays_.size(), most});
    room_.show(most);
    relays_.show(most);
}

std::uint16_t server::port(rfb::side side) const {
    return (side == rfb::side::viewer ? viewer_listeners_ : server_listeners_)
        .front()
        .local()
        .port();
}

} // namespace repeater
