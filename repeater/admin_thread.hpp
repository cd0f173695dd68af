// The repeater's admin listener, on a thread of its own: who asks there takes no time of relaying.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/worker.hpp"
#include "repeater/numbers.hpp"
#include "repeater/policy/policy_change.hpp"
#include "service/admin/admin.hpp"

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace repeater {

/// What it asks others for, and where.
struct admin_questions {
    asio::any_io_executor decides; ///< where the following are called
    std::function<numbers()> count;
    std::function<bool()> is_stopping;
    std::vector<asio::any_io_executor> workers; ///< that relay
    /// Changes what the viewer of a live session may do; called where `decides` says, and calls
    /// `done` there.
    std::function<void(session_number, policy_change, std::function<void(change_outcome)> done)>
        change_policy;
};

class admin_thread {
public:
    using on_error = service::admin::on_error;

    /// The event loops that are asked outlive this.
    admin_thread(const service::admin_options&, service::admin_listeners, admin_questions,
                 const net::task_group::escape&);
    admin_thread(const admin_thread&) = delete;
    admin_thread& operator=(const admin_thread&) = delete;

    /// Closes all connections first.
    ~admin_thread();

    /// Answers from now on. `on_accept_failed` is called on this thread.
    void start(on_error on_accept_failed);

    [[nodiscard]] const std::vector<net::listener>& listeners() const { return admin_.listeners(); }

    /// As service::admin has it; this thread is to be ended next.
    void leave_file();

private:
    /// Through which answers come back to this thread's event loop: shut before that goes, since
    /// others may still have questions.
    struct gate {
        std::mutex mutex;
        bool is_open = true;

        /// From any thread.
        void pass(const asio::any_io_executor& to, std::function<void()> act);
    };

    template <class Answer>
    [[nodiscard]] asio::awaitable<std::optional<Answer>> ask(asio::any_io_executor whom,
                                                             std::function<Answer()> question);

    [[nodiscard]] asio::awaitable<std::optional<std::string>> tell_numbers();
    [[nodiscard]] asio::awaitable<service::admin_state> tell_health();
    [[nodiscard]] asio::awaitable<service::admin_state> tell_readiness();
    [[nodiscard]] asio::awaitable<service::admin_reply> obey(service::admin_order);
    [[nodiscard]] asio::awaitable<std::optional<change_outcome>> change(session_number,
                                                                        policy_change);

    admin_questions questions_;
    std::shared_ptr<gate> gate_ = std::make_shared<gate>();
    net::worker thread_;
    service::admin admin_;
};

} // namespace repeater
