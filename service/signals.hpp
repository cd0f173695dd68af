// Waits for signals and calls what each of them means.
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
    std::function<void()> stop;     ///< the first TERM, and the first INT with gentle_int
    std::function<void()> stop_now; ///< every further TERM or INT
    bool gentle_int = true;         ///< otherwise INT calls stop_now at once
};

/// Whether USR1 calls `show`. Where it does not, it ends the process, as is the kernel's default.
enum class usr1 { ends, shows };

/// No signal is lost once this is constructed: one that comes before obey() is obeyed then. So
/// construct it before what HUP reopens, such as the log.
class signals {
public:
    explicit signals(const boost::asio::any_io_executor&, usr1 = usr1::ends);

    /// Obeys signals until cancel(). What `meanings` refer to outlives that.
    boost::asio::awaitable<void> obey(signal_meanings meanings);

    void cancel();

private:
    boost::asio::signal_set set_;
};

} // namespace service
