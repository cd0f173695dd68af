// Takes each connection from phase to phase.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/worker.hpp"

#include "net/deadline.hpp"
#include "wsgate/arrival.hpp"
#include "wsgate/http_connection.hpp"
#include "wsgate/session.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/post.hpp>

#include <exception>
#include <utility>

namespace wsgate {

using namespace asio::experimental::awaitable_operators;

/// A connection's entry in phases_. Its destructor removes the entry and reports the departure.
class worker::presence {
public:
    presence(worker& of, connection_number number)
        : of_(of), mine_(of.phases_.emplace(number, nullptr).first) {}

    presence(const presence&) = delete;
    presence& operator=(const presence&) = delete;

    ~presence() {
        of_.phases_.erase(mine_);
        of_.left_(had_session);
    }

    /// `p` must live until the next call, or as long as this.
    void is_in(phase& p) { mine_->second = &p; }

    bool had_session = false;

private:
    worker& of_;
    std::map<connection_number, phase*>::iterator mine_;
};

worker::worker(const services& s, departure left)
    : services_(s), left_(std::move(left)),
      tasks_(worker_.executor(), [&j = services_.journal](const std::exception_ptr& escaped) {
          j.defect(net::what(escaped));
      }) {}

void worker::take(connection_number number, std::shared_ptr<const terms> under,
                  std::size_t listener, net::connection c) {
    if (closed_) {
        left_(false);
        return;
    }
    const auto& rules = under->listeners[listener];
    tasks_.spawn(
        serve({services_, std::move(under), rules, executor(), worker_.scratch(), number,
               [this, number] { asio::post(executor(), [this, number] { drop(number); }); }},
              std::move(c)));
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
    auto client = co_await first.run();
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
    if (const auto found = phases_.find(number); found != phases_.end()) {
        found->second->drop();
    }
}

void worker::show(std::size_t at_most) const {
    std::size_t shown = 0;
    for (const auto& [number, now] : phases_) {
        shown += now->show() ? 1U : 0U;
        if (shown == at_most) {
            break;
        }
    }
}

asio::awaitable<void> worker::close_down(std::chrono::milliseconds grace) {
    closed_ = true;
    for (const auto& [number, now] : phases_) {
        now->go_away();
    }
    co_await (tasks_.join() || net::expire_after(grace));
    tasks_.cancel();
    co_await tasks_.join();
}

} // namespace wsgate
