// Waits for one signal after the other by a signal_set of Asio.
// SPDX-License-Identifier: EUPL-1.2
#include "service/signals.hpp"

#include "net/nothrow.hpp"
#include "service/child_process.hpp"

#include <csignal>
#include <unistd.h>
#include <utility>

namespace service {

namespace {

/// Ignores it, unless it is ignored already or somebody handles it, such as a profiler.
void ignore(int number) {
    struct sigaction now {};

    if (::sigaction(number, nullptr, &now) == 0 &&
        now.sa_handler == SIG_DFL) { // NOLINT(*-union-access): POSIX's
        (void)std::signal(number, SIG_IGN);
    }
}

/// The exit code of a shell whose program was ended by this signal.
void end_at_once(int number) {
    constexpr int by_signal = 128;
    ::_exit(by_signal + number);
}

} // namespace

void prepare_signals() {
    for (const int number : {SIGHUP, SIGUSR1, SIGUSR2, SIGPIPE, SIGALRM, SIGVTALRM, SIGPROF,
                             SIGPOLL, SIGPWR, SIGSTKFLT, SIGTTOU, SIGXFSZ}) {
        ignore(number);
    }
    for (int number = SIGRTMIN; number <= SIGRTMAX; ++number) {
        ignore(number);
    }
    (void)std::signal(SIGCHLD, SIG_DFL);
    if (::getpid() == 1) {
        (void)std::signal(SIGTERM, end_at_once);
        (void)std::signal(SIGINT, end_at_once);
    }
    sigset_t none{};
    ::sigemptyset(&none);
    (void)::sigprocmask(SIG_SETMASK, &none, nullptr);
}

signals::signals(const boost::asio::any_io_executor& executor)
    : set_(executor, SIGTERM, SIGINT, SIGHUP) {
    set_.add(SIGUSR1);
    set_.add(SIGUSR2);
    if (::getpid() == 1) {
        set_.add(SIGCHLD);
    }
}

boost::asio::awaitable<void> signals::obey(signal_meanings meanings) {
    bool stopping = false;
    for (;;) {
        const auto [ec, number] = co_await set_.async_wait(net::nothrow);
        if (ec) {
            co_return;
        }
        if (number == SIGCHLD) {
            reap_orphans();
        } else if (number == SIGHUP) {
            meanings.reload();
        } else if (number == SIGUSR1) {
            meanings.show();
        } else if (number == SIGUSR2) {
            meanings.upgrade();
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
