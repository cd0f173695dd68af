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

/// All but the executor is touched on its own thread only.
class worker {
public:
    /// A connection has gone; had it a session?
    using departure = std::function<void(bool had_session)>;

    worker(const services&, departure);
    worker(const worker&) = delete;
    worker& operator=(const worker&) = delete;

    /// What was posted to the thread may still look for a connection.
    ~worker() { worker_.join(); }

    [[nodiscard]] asio::any_io_executor executor() { return worker_.executor(); }

    /// `listener`: which of the terms' listeners it came by.
    void take(connection_number, std::shared_ptr<const terms>, std::size_t listener,
              net::connection);

    /// Tells the journal of sessions, up to so many, the oldest first.
    void show(std::size_t at_most) const;

    /// Takes nobody any more; closes sessions with 1001, and cuts them off after `grace`. Completes
    /// when none is left.
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
    std::map<connection_number, phase*> phases_; ///< that each connection is in, the oldest first
    bool closed_ = false;
};

} // namespace wsgate
