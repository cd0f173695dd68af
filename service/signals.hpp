// Waits for signals and calls what each of them means.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/readiness_watch.hpp"
#include "net/unique_fd.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <csignal>
#include <functional>
#include <optional>
#include <vector>

namespace service {

/// To be called first in main(). No signal ends sessions that has no meaning for us, but would end
/// a process by default: one that is meant for another daemon (a log rotation's USR1 or USR2, an
/// alarm, a real-time signal), a closed pipe or terminal, a file that may not grow; and no terminal
/// stops us for what we write from the background. TERM and INT end us until signals are obeyed,
/// also as PID 1, for which the kernel has no default. What a careless parent has left to us is
/// undone: blocked signals, and an ignored SIGCHLD, under which nobody can wait for a child.
void prepare_signals();

/// What each signal does. None of them throws.
struct signal_meanings {
    std::function<void()> reload;   ///< HUP
    std::function<void()> show;     ///< USR1
    std::function<void()> upgrade;  ///< USR2
    std::function<void()> stop;     ///< the first TERM, and the first INT with gentle_int
    std::function<void()> stop_now; ///< every further TERM or INT
    bool gentle_int = true;         ///< otherwise INT calls stop_now at once
};

/// What the log says of USR2.
inline constexpr auto no_upgrade = "USR2 has no effect: it cannot be replaced while it runs";

/// No signal is lost once this is constructed: one that comes before obey() is obeyed then. So
/// construct it before what HUP reopens, such as the log. As PID 1 it also reaps orphans. One at a
/// time in a process; when it is destroyed, signals do again what they did before.
class signals {
public:
    /// On a net::event_loop. Throws std::system_error.
    explicit signals(const boost::asio::any_io_executor&);

    signals(const signals&) = delete;
    signals& operator=(const signals&) = delete;

    ~signals();

    /// Obeys signals until cancel(). What `meanings` refer to outlives that. Throws
    /// std::system_error where they cannot be waited for.
    boost::asio::awaitable<void> obey(signal_meanings meanings);

    void cancel();

private:
    /// What a signal did before.
    struct replaced {
        int number;
        struct sigaction by;
    };

    void handle(int number);
    [[nodiscard]] std::optional<int> take() const;

    net::unique_fd to_read_; ///< of a pipe, into which the handler writes each signal's number
    net::unique_fd to_write_;
    net::readiness_watch watch_;
    std::vector<replaced> replaced_;
    bool cancelled_ = false;
};

} // namespace service
