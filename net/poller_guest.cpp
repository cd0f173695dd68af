// Asio waits for the epoll instance, and then the poller has its turn.
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

void poller_guest::idle() {
    events_.cancel();
}

} // namespace net
