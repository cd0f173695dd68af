// The number that joins the log lines of one accepted connection.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include <cstdint>

namespace wsgate {

/// Counted from 1 as connections are accepted; `session=` in the log, whether or not the connection
/// becomes a session.
enum class connection_number : std::uint64_t {};

} // namespace wsgate
