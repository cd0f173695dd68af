// Each step ends at its limit; a look-up, which cannot be stopped, then goes on unheard.
// SPDX-License-Identifier: EUPL-1.2
#include "net/dial.hpp"

#include "net/connect_race.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <cstddef>
#include <deque>
#include <memory>
#include <utility>

namespace net {

namespace {

using asio::ip::tcp;
using namespace asio::experimental::awaitable_operators;

constexpr std::size_t most_told = 6;

/// The attempts of one race, with their sockets. The handlers own it, since those of closed sockets
/// are called after the race.
class attempts : public std::enable_shared_from_this<attempts> {
public:
    attempts(const asio::any_io_executor& executor, std::vector<tcp::endpoint> to,
             clock::duration limit)
        : race(to.size(), clock::now(), limit), timer(executor), to_(std::move(to)) {}

    /// Begins and gives up attempts until the race has to wait or is over.
    connect_race::action look() {
        for (;;) {
            const auto [what, which] = race.look(clock::now());
            if (what == connect_race::action::begin) {
                begin(which);
            } else if (what == connect_race::action::give_up) {
                sockets_[which].close(ignored_);
            } else {
                return what;
            }
        }
    }

    void hang_up() {
        for (auto& each : sockets_) {
            each.close(ignored_);
        }
    }

    [[nodiscard]] connected result(const tcp_options& options) {
        connected got;
        for (const auto& [which, error] : race.losers()) {
            got.missed.push_back({to_[which], error});
        }
        if (const auto won = race.winner()) {
            take(*won, options, got);
        } else {
            got.error = !got.missed.empty() ? got.missed.back().error
                        : to_.empty()       ? error_code{asio::error::host_not_found}
                                            : error_code{asio::error::timed_out};
        }
        return got;
    }

    connect_race race;
    asio::steady_timer timer; ///< cancelled when an attempt has ended

private:
    void begin(std::size_t which) {
        auto& socket = sockets_.emplace_back(timer.get_executor()); // in the order of to_
        socket.async_connect(to_[which], [all = shared_from_this(), which](const error_code& ec) {
            all->heard(which, ec);
        });
    }

    void heard(std::size_t which, const error_code& ec) {
        if (ec) {
            race.failed(which, ec, clock::now());
        } else {
            race.connected(which);
        }
        timer.cancel();
    }

    void take(std::size_t which, const tcp_options& options, connected& got) {
        auto& socket = sockets_[which];
        socket.native_non_blocking(true, got.error);
        if (!got.error) {
            apply(options, socket.native_handle());
            got.connection.peer = to_[which];
            got.connection.socket = unique_fd{socket.release(got.error)};
        }
    }

    std::vector<tcp::endpoint> to_;
    std::deque<tcp::socket> sockets_; ///< those that were begun
    error_code ignored_;
};

/// Closes the sockets that are left, however the race ends.
struct at_exit {
    explicit at_exit(attempts& a) : all(a) {}

    at_exit(const at_exit&) = delete;
    at_exit& operator=(const at_exit&) = delete;

    ~at_exit() { all.hang_up(); }

    attempts& all;
};

} // namespace

asio::awaitable<resolved> resolve(resolver& names, std::string host, std::uint16_t port,
                                  clock::duration limit) {
    auto first = co_await (names.resolve(std::move(host)) || expire_after(limit));
    resolved found{asio::error::timed_out, {}};
    if (first.index() == 0) {
        const auto& answer = std::get<0>(first);
        found.error = answer.error;
        for (const auto& address : answer.addresses) {
            found.endpoints.emplace_back(address, port);
        }
    }
    co_return found;
}

asio::awaitable<resolved> resolve(std::string host, std::uint16_t port, clock::duration limit) {
    error_code not_literal;
    const auto literal = asio::ip::make_address(host, not_literal);
    if (!not_literal) { // no resolver is needed
        co_return resolved{{}, {tcp::endpoint{literal, port}}};
    }
    resolver names(co_await asio::this_coro::executor);
    co_return co_await resolve(names, std::move(host), port, limit);
}

asio::awaitable<connected> connect(std::vector<tcp::endpoint> to, clock::duration limit,
                                   tcp_options options) {
    const auto cancelled = co_await asio::this_coro::cancellation_state;
    const auto executor = co_await asio::this_coro::executor;
    const auto all = std::make_shared<attempts>(executor, interleaved(std::move(to)), limit);
    const at_exit hang_up(*all);
    for (auto now = all->look(); now == connect_race::action::wait; now = all->look()) {
        all->timer.expires_at(all->race.next());
        (void)co_await all->timer.async_wait(nothrow);
        if (cancelled.cancelled() != asio::cancellation_type::none) {
            co_return connected{{}, asio::error::operation_aborted};
        }
    }
    co_return all->result(options);
}

std::vector<tcp::endpoint> left_of(std::vector<tcp::endpoint> all, const tcp::endpoint& done,
                                   const std::vector<missed_address>& missed) {
    std::erase(all, done);
    for (const auto& each : missed) {
        if (each.error != slower_than_another()) {
            std::erase(all, each.at);
        }
    }
    return all;
}

std::string to_string(const std::vector<missed_address>& all) {
    std::string text;
    for (std::size_t i = 0; i < std::min(all.size(), most_told); ++i) {
        text += (i > 0 ? "; " : "") + to_string(all[i].at) + ": " + all[i].error.message();
    }
    if (all.size() > most_told) {
        text += "; and " + std::to_string(all.size() - most_told) + " more";
    }
    return text;
}

} // namespace net
