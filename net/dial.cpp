// Each step ends at its limit; a look-up, which cannot be stopped, then goes on unheard.
// SPDX-License-Identifier: EUPL-1.2
#include "net/dial.hpp"

#include "net/connect_race.hpp"
#include "net/event_loop.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <memory>
#include <sys/socket.h>
#include <system_error>
#include <utility>

namespace net {

namespace {

using asio::ip::tcp;
using namespace asio::experimental::awaitable_operators;

constexpr std::size_t most_told = 6;

/// Begins to connect. Null where that failed at once.
std::unique_ptr<tcp_stream> begin_connect(const asio::any_io_executor& executor,
                                          const tcp::endpoint& to, error_code& ec) {
    connection c;
    c.peer = to;
    c.socket =
        unique_fd{::socket(to.protocol().family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
    if (!c.socket ||
        (::connect(c.socket.get(), to.data(), static_cast<socklen_t>(to.size())) != 0 &&
         errno != EINPROGRESS)) {
        ec = {errno, boost::system::system_category()};
        return nullptr;
    }
    auto made = std::make_unique<tcp_stream>(executor, c, tcp_stream::peer::is_mute);
    made->blocked(readiness::write);
    return made;
}

error_code error_of_connect(int fd) {
    int error = 0;
    socklen_t size = sizeof error;
    if (::getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) != 0) {
        error = errno;
    }
    return {error, boost::system::system_category()};
}

/// The attempts of one race, with their sockets.
class attempts {
public:
    attempts(const asio::any_io_executor& executor, std::vector<tcp::endpoint> to,
             clock::duration limit)
        : race(to.size(), clock::now(), limit), executor_(executor), to_(std::move(to)),
          changed_(executor), timer_(executor, [this] { changed_.wake(); }) {}

    /// Begins and gives up attempts until the race has to wait or is over.
    connect_race::action look() {
        for (;;) {
            const auto [what, which] = race.look(clock::now());
            if (what == connect_race::action::begin) {
                begin(which);
            } else if (what == connect_race::action::give_up) {
                all_[which]->stream.reset();
            } else {
                return what;
            }
        }
    }

    /// Completes when the race has to be looked at again.
    [[nodiscard]] asio::awaitable<void> change() {
        timer_.set(race.next());
        (void)co_await changed_.wait();
    }

    [[nodiscard]] connected result(const tcp_options& options) {
        connected got;
        for (const auto& [which, error] : race.losers()) {
            got.missed.push_back({to_[which], error});
        }
        if (const auto won = race.winner()) {
            got.stream = std::move(all_[*won]->stream);
            got.stream->watch(nullptr);
            apply(options, got.stream->native_handle());
        } else {
            got.error = !got.missed.empty() ? got.missed.back().error
                        : to_.empty()       ? error_code{asio::error::host_not_found}
                                            : error_code{asio::error::timed_out};
        }
        return got;
    }

    connect_race race;

private:
    struct attempt final : stream_watcher {
        attempt(attempts& a, std::size_t i) : all(a), which(i) {}

        void stream_ready() override { all.heard(which); }

        attempts& all;
        std::size_t which;
        std::unique_ptr<tcp_stream> stream;
    };

    void begin(std::size_t which) {
        auto& mine = *all_.emplace_back(std::make_unique<attempt>(*this, which)); // as to_
        error_code ec;
        mine.stream = begin_connect(executor_, to_[which], ec);
        try {
            if (mine.stream) {
                mine.stream->watch(&mine);
            }
        } catch (const std::system_error& e) {
            ec = {e.code().value(), boost::system::system_category()};
        }
        if (ec) {
            fail(which, ec);
        }
    }

    /// A socket becomes writable when it has connected, or failed to.
    void heard(std::size_t which) {
        const auto& stream = *all_[which]->stream;
        if (const auto ec =
                stream.has_ended() ? error_of_connect(stream.native_handle()) : error_code{}) {
            fail(which, ec);
        } else if (stream.may_write()) {
            race.connected(which);
        }
        changed_.wake();
    }

    void fail(std::size_t which, const error_code& ec) {
        all_[which]->stream.reset();
        race.failed(which, ec, clock::now());
    }

    asio::any_io_executor executor_;
    std::vector<tcp::endpoint> to_;
    std::vector<std::unique_ptr<attempt>> all_; ///< those that were begun
    waiter changed_;
    timer timer_;
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
    attempts all(executor, interleaved(std::move(to)), limit);
    while (all.look() == connect_race::action::wait) {
        co_await all.change();
        if (cancelled.cancelled() != asio::cancellation_type::none) {
            co_return connected{nullptr, asio::error::operation_aborted};
        }
    }
    co_return all.result(options);
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
