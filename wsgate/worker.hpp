// A thread and the sessions that it carries.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/connection.hpp"
#include "net/task_group.hpp"
#include "net/worker.hpp"
#include "wsgate/ops/journal.hpp"
#include "wsgate/ops/metrics.hpp"
#include "wsgate/ops/readiness.hpp"
#include "wsgate/terms.hpp"

#include <chrono>
#include <cstddef>
#include <functional>
#include <list>

namespace wsgate {

class http_session;

/// All but the executor is touched on its own thread only.
class worker {
public:
    /// A connection has gone; had it a session?
    using departure = std::function<void(bool had_session)>;

    /// What is referred to outlives the worker.
    worker(journal&, metrics&, readiness&, departure);

    [[nodiscard]] asio::any_io_executor executor() { return worker_.executor(); }

    void take(session_number, terms, std::size_t listener, net::connection);

    /// Tells the journal who is there, up to so many.
    void show(std::size_t at_most) const;

    /// Takes nobody any more; closes sessions with 1001, and cuts them off after `grace`. Completes
    /// when none is left.
    [[nodiscard]] asio::awaitable<void> close_down(std::chrono::milliseconds grace);

    /// Cuts every session off.
    void cut() { tasks_.cancel(); }

private:
    [[nodiscard]] asio::awaitable<void> serve(session_number, terms, std::size_t listener,
                                              net::connection);

    journal& journal_;
    metrics& metrics_;
    readiness& ready_;
    departure left_;
    net::worker worker_;
    net::task_group tasks_;
    std::list<http_session*> sessions_;
    bool closed_ = false;
};

} // namespace wsgate
