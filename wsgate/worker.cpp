// Sessions from their beginning to their end.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/worker.hpp"

#include "net/deadline.hpp"
#include "wsgate/http_session.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>

#include <exception>
#include <utility>

namespace wsgate {

using namespace asio::experimental::awaitable_operators;

worker::worker(journal& j, metrics& m, readiness& ready, departure left)
    : journal_(j), metrics_(m), ready_(ready), left_(std::move(left)),
      tasks_(worker_.executor(),
             [&j](const std::exception_ptr& escaped) { j.defect(net::what(escaped)); }) {}

void worker::take(session_number number, terms under, std::size_t listener, net::connection c) {
    if (closed_) {
        left_(false);
    } else {
        tasks_.spawn(serve(number, std::move(under), listener, std::move(c)));
    }
}

asio::awaitable<void> worker::serve(session_number number, terms under, std::size_t listener,
                                    net::connection c) {
    const auto& now = *under.setup; // which the session keeps
    const site here{now.conf, journal_, metrics_, ready_, now.files ? &*now.files : nullptr};
    http_session session(here, under, now.listeners[listener], worker_, number, std::move(c));

    // Leaves the list with the frame, however the task ends.
    struct entry {
        std::list<http_session*>& all;
        std::list<http_session*>::iterator mine;

        entry(std::list<http_session*>& list, http_session* s)
            : all(list), mine(list.insert(list.end(), s)) {}

        entry(const entry&) = delete;
        entry& operator=(const entry&) = delete;

        ~entry() { all.erase(mine); }
    };

    const entry listed(sessions_, &session);
    std::exception_ptr escaped;
    try {
        co_await session.run();
    } catch (...) {
        escaped = std::current_exception();
    }
    left_(session.had_session());
    if (escaped) {
        std::rethrow_exception(escaped);
    }
}

void worker::show(std::size_t at_most) const {
    std::size_t shown = 0;
    for (const auto* const each : sessions_) {
        shown += each->show() ? 1U : 0U;
        if (shown == at_most) {
            break;
        }
    }
}

asio::awaitable<void> worker::close_down(std::chrono::milliseconds grace) {
    closed_ = true;
    for (auto* const session : sessions_) {
        session->go_away();
    }
    co_await (tasks_.join() || net::expire_after(grace));
    tasks_.cancel();
    co_await tasks_.join();
}

} // namespace wsgate
