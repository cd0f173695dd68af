// The handler writes each signal's number into a pipe, which the event loop watches.
// SPDX-License-Identifier: EUPL-1.2
#include "service/signals.hpp"

#include "net/channel.hpp"
#include "net/uninterrupted.hpp"
#include "service/child_process.hpp"
#include "service/last_words.hpp"

#include <array>
#include <atomic>
#include <cassert>
#include <cerrno>
#include <cstddef>
#include <fcntl.h>
#include <system_error>
#include <thread>
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

namespace {

// What the handler needs, on whichever thread it runs.
// NOLINTBEGIN(*-non-const-global-variables): a handler has nothing else
std::atomic<int> pipe_to_write{-1};
std::atomic<int> handlers_running{0};
// NOLINTEND(*-non-const-global-variables)
static_assert(std::atomic<int>::is_always_lock_free, "a handler must not wait");

/// Where the pipe is full, some 65 000 signals wait already.
bool pass_on(int fd, int number) {
    constexpr int attempts = 3;
    const auto byte = static_cast<unsigned char>(number);
    for (int i = 0; i < attempts; ++i) {
        if (::write(fd, &byte, 1) == 1 || errno == EAGAIN) {
            return true;
        }
    }
    return false;
}

void note(int number) {
    const int error = errno;
    ++handlers_running;
    if (const int fd = pipe_to_write; fd >= 0 && !pass_on(fd, number)) {
        end_with("a signal could not be passed on");
    }
    --handlers_running;
    errno = error;
}

} // namespace

signals::signals(const boost::asio::any_io_executor& executor) : watch_(executor, true) {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK) != 0) {
        throw std::system_error(errno, std::generic_category(), "pipe2");
    }
    to_read_ = net::unique_fd{ends[0]};
    to_write_ = net::unique_fd{ends[1]};
    [[maybe_unused]] const int other = pipe_to_write.exchange(to_write_.get());
    assert(other < 0);
    for (const int number : {SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGUSR2}) {
        handle(number);
    }
    if (::getpid() == 1) {
        handle(SIGCHLD);
    }
}

// Another thread may still be in the handler, and what it writes must not go to whoever gets the
// descriptor's number next.
signals::~signals() {
    for (const auto& each : replaced_) {
        (void)::sigaction(each.number, &each.by, nullptr);
    }
    pipe_to_write = -1;
    while (handlers_running > 0) {
        std::this_thread::yield();
    }
}

void signals::handle(int number) {
    struct sigaction action {};

    action.sa_handler = note; // NOLINT(*-union-access): POSIX's
    ::sigfillset(&action.sa_mask);
    auto& before = replaced_.emplace_back(replaced{number, {}});
    (void)::sigaction(number, &action, &before.by);
}

std::optional<int> signals::take() const {
    std::array<std::byte, 1> number{};
    const auto got = net::outcome_of(
        net::uninterrupted([&] { return ::read(to_read_.get(), number.data(), number.size()); }));
    if (got.error && !got.would_block()) { // deaf to TERM we must not be
        throw std::system_error(got.error, "cannot read signals");
    }
    return got.bytes == 1 ? std::optional{std::to_integer<int>(number.front())} : std::nullopt;
}

boost::asio::awaitable<void> signals::obey(signal_meanings meanings) {
    bool stopping = false;
    while (!cancelled_) {
        const auto number = take();
        if (!number) {
            watch_.blocked(net::readiness::read);
            const auto [ec] = co_await watch_.wait(to_read_.get(), net::readiness::read);
            if (ec && !cancelled_) {
                throw std::system_error(ec, "cannot wait for signals");
            }
        } else if (*number == SIGCHLD) {
            reap_orphans();
        } else if (*number == SIGHUP) {
            meanings.reload();
        } else if (*number == SIGUSR1) {
            meanings.show();
        } else if (*number == SIGUSR2) {
            meanings.upgrade();
        } else if ((*number == SIGTERM || meanings.gentle_int) && !std::exchange(stopping, true)) {
            meanings.stop();
        } else {
            meanings.stop_now();
        }
    }
}

void signals::cancel() {
    cancelled_ = true;
    watch_.release(to_read_.get());
}

} // namespace service
