// Owns the coroutines that a daemon starts, so that it can stop them and wait for them.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/wake_up.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/cancellation_signal.hpp>

#include <cstddef>
#include <exception>
#include <functional>
#include <list>
#include <string>

namespace net {

/// What an exception says, for a log.
[[nodiscard]] std::string what(const std::exception_ptr&);

/// One event loop. A task takes references only to what outlives the loop's run.
/// Stop: close what feeds it, drain, cancel, join.
class task_group {
public:
    /// `on_escape` hears of exceptions that a task let out; the other tasks go on.
    using escape = std::function<void(const std::exception_ptr&)>;

    task_group(asio::any_io_executor, escape on_escape);

    /// Starts a task, which belongs to the group until it ends.
    void spawn(asio::awaitable<void> task);

    /// Asks every task to end (terminal cancellation).
    void cancel();

    /// Completes when no task is left.
    [[nodiscard]] asio::awaitable<void> join();

    [[nodiscard]] std::size_t size() const { return tasks_.size(); }

private:
    using task_list = std::list<asio::cancellation_signal>;

    void finished(task_list::iterator task, const std::exception_ptr& escaped);

    asio::any_io_executor executor_;
    escape on_escape_;
    task_list tasks_;
    wake_up empty_;
};

} // namespace net
