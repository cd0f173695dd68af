// Obeys the signals that a program of ours understands.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/signal_set.hpp>

#include <functional>

namespace service {

/// What each signal does. None of them throws.
struct signal_meanings {
    std::function<void()> reload;   ///< HUP
    std::function<void()> show;     ///< USR1
    std::function<void()> stop;     ///< the first TERM, and the first INT where it is gentle
    std::function<void()> stop_now; ///< every further one of these
    bool gentle_int = true;         ///< else INT calls stop_now at once
};

/// Whether USR1 is understood; where it is not it ends the process, as the kernel has it.
enum class usr1 { ends, shows };

/// From its construction on no signal is lost: one that comes before obey() waits for it. So make
/// it before what HUP reopens, such as the log.
class signals {
public:
    explicit signals(const boost::asio::any_io_executor&, usr1 = usr1::ends);

    /// Obeys each until cancel(). What `meanings` hold on to outlives that.
    boost::asio::awaitable<void> obey(signal_meanings meanings);

    void cancel();

private:
    boost::asio::signal_set set_;
};

} // namespace service
