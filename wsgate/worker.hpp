// A thread and the connections that it carries.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/connection.hpp"
#include "net/task_group.hpp"
#include "net/worker.hpp"
#include "wsgate/ops/connection_number.hpp"
#include "wsgate/services.hpp"
#include "wsgate/terms.hpp"

#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>

namespace wsgate {

struct accepted_connection;
class phase;
class session;

/// Everything but the executor is used on the worker's own thread only.
class worker {
public:
    /// Called when a connection has gone; `had_session` tells whether it ever was a session.
    using departure = std::function<void(bool had_session)>;

    worker(const services&, departure);
    worker(const worker&) = delete;
    worker& operator=(const worker&) = delete;

    /// Joins the thread first: what was posted to it may still look into the members.
    ~worker() { worker_.join(); }

    [[nodiscard]] asio::any_io_executor executor() { return worker_.executor(); }

    /// `listener`: the index in terms::listeners of the listener that accepted it.
    void take(connection_number, std::shared_ptr<const terms>, std::size_t listener,
              net::connection);

    /// Has the journal log up to `at_most` sessions, the oldest first.
    void show(std::size_t at_most) const;

    /// Takes no connection any more; closes sessions with 1001, and cuts them off after `grace`.
    /// Completes when none is left.
    [[nodiscard]] asio::awaitable<void> close_down(std::chrono::milliseconds grace);

    /// Cuts every connection off.
    void cut() { tasks_.cancel(); }

private:
    class presence;

    [[nodiscard]] asio::awaitable<void> serve(accepted_connection, net::connection);
    [[nodiscard]] asio::awaitable<std::unique_ptr<session>> negotiate(const accepted_connection&,
                                                                      presence&, net::connection);
    void drop(connection_number);

    services services_;
    departure left_;
    net::worker worker_;
    net::task_group tasks_;
    std::map<connection_number, phase*> phases_; ///< of each connection; the oldest first
    bool closed_ = false;
};

} // namespace wsgate
