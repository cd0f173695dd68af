// Tells log and metrics of a connection that a limit keeps out.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "wsgate/access/doorman.hpp"
#include "wsgate/ops/connection_number.hpp"
#include "wsgate/services.hpp"

#include <boost/asio/ip/tcp.hpp>

namespace wsgate {

/// Counts it, and logs it unless there are too many such lines already: a flood of connections is
/// to cost little. `number`: 0 where the connection was not let in at all.
void tell_limited(const services&, const doorman&, connection_number,
                  const asio::ip::tcp::endpoint& peer, limit);

} // namespace wsgate
