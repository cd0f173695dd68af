// Waits for one signal after the other by a signal_set of Asio.
// SPDX-License-Identifier: EUPL-1.2
#include "service/signals.hpp"

#include "net/nothrow.hpp"

#include <csignal>
#include <utility>

namespace service {

signals::signals(const boost::asio::any_io_executor& executor, usr1 understood)
    : set_(executor, SIGTERM, SIGINT, SIGHUP) {
    if (understood == usr1::shows) {
        set_.add(SIGUSR1);
    }
}

boost::asio::awaitable<void> signals::obey(signal_meanings meanings) {
    bool stopping = false;
    for (;;) {
        const auto [ec, number] = co_await set_.async_wait(net::nothrow);
        if (ec) {
            co_return;
        }
        if (number == SIGHUP) {
            meanings.reload();
        } else if (number == SIGUSR1) {
            meanings.show();
        } else if ((number == SIGTERM || meanings.gentle_int) && !std::exchange(stopping, true)) {
            meanings.stop();
        } else {
            meanings.stop_now();
        }
    }
}

void signals::cancel() {
    set_.cancel();
}

} // namespace service
