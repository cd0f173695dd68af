// What the phases of one accepted connection have in common.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "wsgate/listener_rules.hpp"
#include "wsgate/ops/connection_number.hpp"
#include "wsgate/services.hpp"
#include "wsgate/terms.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <cstddef>
#include <functional>
#include <memory>
#include <span>

namespace wsgate {

/// Belongs to the connection's task, so it outlives every phase. All of it is used on the thread of
/// `executor` only.
struct accepted_connection {
    const wsgate::services& services;
    std::shared_ptr<const wsgate::terms> terms;
    const listener_rules& rules; ///< within `terms`
    asio::any_io_executor executor;
    std::span<std::byte> scratch; ///< the worker's; others use it whenever a task waits
    connection_number number{};
    /// Calls drop() of the phase that the connection is in by then, if any. Safe from any thread.
    std::function<void(limit)> drop;

    [[nodiscard]] const config& conf() const { return terms->conf; }
};

} // namespace wsgate
