// Takes each connection from phase to phase.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/worker.hpp"

#include "net/deadline.hpp"
#include "wsgate/arrival.hpp"
#include "wsgate/http_connection.hpp"
#include "wsgate/session.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <exception>
#include <utility>

namespace wsgate {

using namespace asio::experimental::awaitable_operators;

worker::worker(const services& s, const terms_keeper& terms, attendance& count)
    : services_(s), terms_(terms), attendance_(count),
      accepting_(worker_.executor(), [this](const std::exception_ptr& e) { escaped(e); }),
      tasks_(worker_.executor(), [this](const std::exception_ptr& e) { escaped(e); }) {}

void worker::escaped(const std::exception_ptr& e) const {
    services_.journal.defect(net::what(e));
}

void worker::accept_at(std::span<const door> doors, std::span<const std::unique_ptr<worker>> all,
                       const net::listener::on_error& tell) {
    all_ = all;
    for (const auto& [listener, rules] : doors) {
        accepting_.spawn(listener->run(
            [this, rules = rules](net::connection c) { accept(rules, std::move(c)); }, tell));
    }
}

asio::awaitable<void> worker::stop_accepting() {
    accepting_.cancel();
    return accepting_.join();
}

void worker::accept(std::size_t rules, net::connection c) {
    newcomer who{attendance_.arrived(), terms_.current(), rules, std::move(c)};
    auto& where = least_loaded();
    ++where.load_;
    if (&where == this) {
        take(std::move(who));
    } else {
        asio::post(where.executor(),
                   [&where, who = std::move(who)]() mutable { where.take(std::move(who)); });
    }
}

/// This worker, unless another one has less to carry by more than a little.
worker& worker::least_loaded() {
    const auto least = std::min_element(all_.begin(), all_.end(), [](const auto& a, const auto& b) {
        return a->load() < b->load();
    });
    return is_worth_handing_over(load(), (*least)->load()) ? **least : *this;
}

void worker::take(newcomer who) {
    if (closed_) {
        leave(false);
        return;
    }
    const auto& rules = who.under->listeners[who.rules];
    const auto number = who.number;
    tasks_.spawn(
        serve({services_, std::move(who.under), rules, executor(), worker_.scratch(), number,
               [this, number] { asio::post(executor(), [this, number] { drop(number); }); }},
              std::move(who.socket)));
}

void worker::leave(bool had_session) {
    --load_;
    attendance_.left(had_session);
}

asio::awaitable<void> worker::serve(accepted_connection which, net::connection c) {
    presence here(*this, which.number);
    const auto opened = co_await negotiate(which, here, std::move(c));
    if (opened) {
        here.is_in(*opened);
        co_await opened->run();
    }
}

/// Runs the phases before the session; null where there will be none. They are a function of their
/// own so that their memory is freed when it returns: sessions are many, and most of them idle.
asio::awaitable<std::unique_ptr<session>> worker::negotiate(const accepted_connection& which,
                                                            presence& here, net::connection c) {
    arriving first(which, std::move(c));
    here.is_in(first);
    auto client = first.at_once();
    if (!client) {
        client = co_await first.run();
    }
    if (!client) {
        co_return nullptr;
    }
    http_connection http(which, std::move(*client));
    here.is_in(http);
    auto opened = co_await http.run();
    here.had_session = http.had_session();
    co_return opened;
}

/// Drops a connection because too many wait to send their request. It may have gone by now.
void worker::drop(connection_number number) {
    const auto found = present_.find(number);
    if (found != present_.end() && found->now != nullptr) {
        found->now->drop();
    }
}

void worker::show(std::size_t at_most) const {
    std::size_t shown = 0;
    for (const auto& each : present_) {
        shown += each.now != nullptr && each.now->show() ? 1U : 0U;
        if (shown == at_most) {
            break;
        }
    }
}

asio::awaitable<void> worker::close_down(std::chrono::milliseconds grace) {
    closed_ = true;
    for (const auto& each : present_) {
        if (each.now != nullptr) {
            each.now->go_away();
        }
    }
    co_await (tasks_.join() || net::expire_after(grace));
    tasks_.cancel();
    co_await tasks_.join();
}

} // namespace wsgate
