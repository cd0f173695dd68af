// Spawns each task with a cancellation signal that is kept until the task has ended.
// SPDX-License-Identifier: EUPL-1.2
#include "net/task_group.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>

#include <utility>

namespace net {

task_group::task_group(asio::any_io_executor executor, escape on_escape)
    : executor_(std::move(executor)), on_escape_(std::move(on_escape)), empty_(executor_) {}

void task_group::spawn(asio::awaitable<void> task) {
    const auto entry = tasks_.emplace(tasks_.end());
    try {
        asio::co_spawn(executor_, std::move(task),
                       asio::bind_cancellation_slot(
                           entry->slot(), [this, entry](const std::exception_ptr& escaped) {
                               finished(entry, escaped);
                           }));
    } catch (...) { // it has not begun
        tasks_.erase(entry);
        throw;
    }
}

namespace {

/// Asio lets a cancelled task end by throwing operation_aborted from its next co_await.
bool was_cancelled(const std::exception_ptr& escaped) {
    try {
        std::rethrow_exception(escaped);
    } catch (const boost::system::system_error& e) {
        return e.code() == asio::error::operation_aborted;
    } catch (...) {
        return false;
    }
}

} // namespace

std::string what(const std::exception_ptr& thrown) {
    try {
        std::rethrow_exception(thrown);
    } catch (const std::exception& e) {
        return e.what();
    } catch (...) {
        return "unknown exception";
    }
}

void task_group::finished(task_list::iterator task, const std::exception_ptr& escaped) {
    tasks_.erase(task);
    if (escaped && !was_cancelled(escaped)) {
        on_escape_(escaped);
    }
    if (tasks_.empty()) {
        empty_.notify();
    }
}

void task_group::cancel() {
    // emit() may end a task at once and so erase its entry: step on first.
    for (auto task = tasks_.begin(); task != tasks_.end();) {
        (task++)->emit(asio::cancellation_type::terminal);
    }
}

asio::awaitable<void> task_group::join() {
    while (!tasks_.empty()) {
        co_await empty_.wait();
    }
}

} // namespace net
