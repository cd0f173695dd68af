// Accept, serve, drain, stop.
// SPDX-License-Identifier: EUPL-1.2
#include "repeater/server.hpp"

#include "repeater/direct.hpp"
#include "repeater/introduction.hpp"

#include <boost/asio/error.hpp>

#include <exception>
#include <string>
#include <utility>

namespace repeater {

namespace {

std::string what(const std::exception_ptr& escaped) {
    try {
        std::rethrow_exception(escaped);
    } catch (const std::exception& e) {
        return e.what();
    } catch (...) {
        return "unknown exception";
    }
}

} // namespace

server::server(const asio::any_io_executor& executor, const config& c, event_sink& events,
               resolver::lookup look_up)
    : executor_(executor), config_(c), events_(events),
      viewer_listeners_(net::listen_on(executor, c.bind, c.viewer_port, c.tcp)),
      server_listeners_(net::listen_on(executor, c.bind, c.server_port, c.tcp)), closing_(executor),
      resolver_(executor, std::move(look_up)),
      tasks_(executor,
             [&events](const std::exception_ptr& e) { events.receive(event::defect{what(e)}); }),
      room_(c.duplicates, c.limits.early_bytes, tasks_, events), relays_(executor, c, events) {}

asio::awaitable<void> server::run() {
    for (const auto side : {rfb::side::viewer, rfb::side::server}) {
        auto& listeners = side == rfb::side::viewer ? viewer_listeners_ : server_listeners_;
        for (auto& each : listeners) {
            events_.receive(event::listening{side, each.local()});
            tasks_.spawn(each.run(
                [this, side](net::connection c) { accept(side, std::move(c)); },
                [this](const error_code& ec) { events_.receive(event::accept_failed{ec}); }));
        }
    }
    while (!closed_) {
        co_await closing_.wait();
    }
    co_await tasks_.join();
    co_await relays_.join();
}

void server::accept(rfb::side side, net::connection c) {
    auto p = std::make_shared<peer>(session_number{++accepted_}, side, executor_, std::move(c));
    events_.receive(event::arrived{p->name, side == rfb::side::server || config_.greet_viewers});
    tasks_.spawn(serve(std::move(p)));
}

asio::awaitable<void> server::serve(std::shared_ptr<peer> p) {
    auto hello = co_await introduce(*p, config_, events_);
    if (!hello || closed_) {
        co_return;
    }
    if (const auto* id = std::get_if<rfb::repeater_id>(&hello->wish)) {
        if (hello->truncated) {
            events_.receive(event::id_truncated{p->name, *id});
        }
        if (auto met = room_.arrive(std::move(p), *id)) {
            relays_.start(std::move(*met));
        }
        co_return;
    }
    auto& to = std::get<rfb::destination>(hello->wish);
    if (auto met = co_await dial(*p, std::move(to), config_, resolver_, events_)) {
        relays_.start(std::move(*met));
    }
}

void server::drain() {
    if (std::exchange(closed_, true)) {
        return;
    }
    events_.receive(event::stopping{relays_.size()});
    for (auto* listeners : {&viewer_listeners_, &server_listeners_}) {
        for (auto& each : *listeners) {
            each.close();
        }
    }
    room_.clear();
    tasks_.cancel();
    closing_.notify();
}

void server::stop() {
    drain();
    relays_.stop();
}

std::uint16_t server::port(rfb::side side) const {
    return (side == rfb::side::viewer ? viewer_listeners_ : server_listeners_)
        .front()
        .local()
        .port();
}

} // namespace repeater
