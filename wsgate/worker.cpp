// Takes each connection from phase to phase.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/worker.hpp"

#include "net/deadline.hpp"
#include "net/end_process.hpp"
#include "wsgate/arrival.hpp"
#include "wsgate/http_connection.hpp"
#include "wsgate/limited.hpp"
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
      accepting_(worker_.executor(), net::end_process),
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
    auto under = terms_.current();
    const auto from = net::address_of(c.peer);
    // A balancer's header will say whom it speaks for.
    auto place = under->doorman.admit_connection(under->hears_proxy(from) ? std::nullopt : from);
    if (const auto* const why = std::get_if<limit>(&place)) {
        tell_limited(services_, under->doorman, {}, c.peer, *why);
        return;
    }
    newcomer who{attendance_.arrived(), std::move(under), rules, std::move(c),
                 std::move(std::get<source_limits::connection_place>(place))};
    auto& where = carrier_of_next();
    ++where.load_;
    if (&where == this) {
        take(std::move(who));
    } else {
        asio::post(where.executor(),
                   [&where, who = std::move(who)]() mutable { where.take(std::move(who)); });
    }
}

/// This worker, unless another one has less to carry by more than a little.
worker& worker::carrier_of_next() {
    auto& least = least_loaded(all_);
    return is_worth_handing_over(load(), least.load()) ? least : *this;
}

worker& worker::least_loaded(std::span<const std::unique_ptr<worker>> all) {
    return **std::min_element(all.begin(), all.end(),
                              [](const auto& a, const auto& b) { return a->load() < b->load(); });
}

void worker::take(newcomer who) {
    if (closed_) {
        leave(false);
        return;
    }
    const auto& rules = who.under->listeners[who.rules];
    tasks_.spawn(serve(connection_of(who.number, std::move(who.under), rules),
                       std::move(who.socket), std::move(who.place)));
}

accepted_connection worker::connection_of(connection_number number,
                                          std::shared_ptr<const terms> under,
                                          const listener_rules& rules) {
    return {services_,
            std::move(under),
            rules,
            executor(),
            worker_.scratch(),
            number,
            [this, number](limit l) {
                asio::post(executor(), [this, number, l] { drop(number, l); });
            }};
}

std::vector<std::unique_ptr<session_aside>> worker::set_aside(std::size_t at_most) {
    std::vector<std::unique_ptr<session_aside>> some;
    for (auto& each : present_) {
        if (some.size() == at_most) {
            break;
        }
        auto aside = each.now != nullptr ? each.now->set_aside() : nullptr;
        if (aside) {
            each.had_session = false; // it goes on
            some.push_back(std::move(aside));
        }
    }
    return some;
}

void worker::go_on(std::unique_ptr<session_aside> from) {
    ++load_;
    attendance_.moved_here();
    asio::post(executor(),
               [this, from = std::move(from)]() mutable { take_back(std::move(from)); });
}

/// It was admitted once, under rules of a listener that may not be there any more.
void worker::take_back(std::unique_ptr<session_aside> from) {
    if (closed_) {
        leave(false);
        return;
    }
    auto under = terms_.current();
    const auto& rules = under->listeners.front();
    auto which = connection_of(from->what.number, std::move(under), rules);
    tasks_.spawn(carry_on(std::move(which), std::move(from)));
}

asio::awaitable<void> worker::carry_on(accepted_connection which,
                                       std::unique_ptr<session_aside> from) {
    presence here(*this, which.number);
    here.had_session = true;
    session s(which, std::move(*from));
    from.reset();
    here.is_in(s);
    co_await s.run();
}

void worker::leave(bool had_session) {
    --load_;
    attendance_.left(had_session);
}

asio::awaitable<void> worker::serve(accepted_connection which, net::connection c,
                                    source_limits::connection_place place) {
    presence here(*this, which.number);
    const auto opened = co_await negotiate(which, here, std::move(c), std::move(place));
    if (opened) {
        here.is_in(*opened);
        co_await opened->run();
    }
}

/// Runs the phases before the session; null where there will be none. They are a function of their
/// own so that their memory is freed when it returns: sessions are many, and most of them idle.
asio::awaitable<std::unique_ptr<session>> worker::negotiate(const accepted_connection& which,
                                                            presence& here, net::connection c,
                                                            source_limits::connection_place place) {
    arriving first(which, std::move(c), std::move(place));
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

/// Drops a connection because there are too many. It may have gone by now.
void worker::drop(connection_number number, limit l) {
    const auto found = present_.find(number);
    if (found != present_.end() && found->now != nullptr) {
        found->now->drop(l);
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
