// Asio waits until the epoll instance is readable, and then the poller dispatches.
// SPDX-License-Identifier: EUPL-1.2
#include "net/poller_guest.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>

#include <chrono>

namespace net {

poller_guest::poller_guest(const asio::any_io_executor& executor) : events_(executor, epoll()) {}

poller_guest::~poller_guest() {
    *gone_ = true;
    (void)events_.release(); // the poller closes it
}

// One wait at a time: it ends when any socket has an event, and is begun anew after the dispatch.
// armed_ is cleared behind dispatch(), whose watchers may call add() and again(), and so begun().
void poller_guest::begun() {
    if (armed_ || (watched() == 0 && !wants_turn())) {
        return;
    }
    armed_ = true;
    const auto go_on = [this, gone = gone_](const error_code& = {}) {
        if (!*gone) {
            dispatch(std::chrono::milliseconds{0});
            armed_ = false;
            begun();
        }
    };
    if (wants_turn()) {
        asio::post(events_.get_executor(), go_on);
    } else {
        events_.async_wait(asio::posix::stream_descriptor::wait_read, go_on);
    }
}

// A wait that nothing can end would keep the event loop from running out of work.
void poller_guest::idle() {
    events_.cancel();
}

} // namespace net
