// The limits that may keep a client out.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

namespace wsgate {

enum class limit {
    connections,        ///< of the process
    source_connections, ///< of a source
    connection_rate,    ///< of a source
    handshakes,         ///< the oldest of all that had sent no request was closed
    source_handshakes,  ///< of a source that have sent no request yet
    tls_handshakes,     ///< the oldest of all was closed
    sessions,           ///< of the process
    source_sessions,    ///< of a client
    upgrade_rate,       ///< opening handshakes of a client
};

inline constexpr std::array all_limits{
    limit::connections, limit::source_connections, limit::connection_rate,
    limit::handshakes,  limit::source_handshakes,  limit::tls_handshakes,
    limit::sessions,    limit::source_sessions,    limit::upgrade_rate,
};

/// What metrics, log and operators are told of it.
struct limit_words {
    std::string_view name;   ///< one word, for metrics
    std::string_view cause;  ///< for the log
    std::string_view advice; ///< the option that allows more
};

[[nodiscard]] const limit_words& words_of(limit);

} // namespace wsgate
