// The limits that may keep a peer out.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include <string_view>

namespace repeater {

enum class limit {
    connections,       ///< of the process
    handshakes,        ///< the oldest of all that had not said what they want was closed
    source_handshakes, ///< of a source that have not said yet what they want
    connection_rate,   ///< of a source
    waiting,           ///< of a side
    source_waiting,    ///< of a source and a side
    sessions,          ///< of the process
    source_sessions,   ///< of a source
    dial_rate,         ///< Mode I, of a source
    source_dials,      ///< Mode I, of a source at a time
    lookups,           ///< Mode I, names that wait to be looked up
    wrong_ids,         ///< a source has named too many: it is shut out from now on
    banned,            ///< a source is shut out
};

/// One word each, the same in every log, output and metric.
[[nodiscard]] constexpr std::string_view to_string(limit l) {
    switch (l) {
    case limit::connections:
        return "connections";
    case limit::handshakes:
        return "handshakes";
    case limit::source_handshakes:
        return "source_handshakes";
    case limit::connection_rate:
        return "connection_rate";
    case limit::waiting:
        return "waiting";
    case limit::source_waiting:
        return "source_waiting";
    case limit::sessions:
        return "sessions";
    case limit::source_sessions:
        return "source_sessions";
    case limit::dial_rate:
        return "dial_rate";
    case limit::source_dials:
        return "source_dials";
    case limit::lookups:
        return "lookups";
    case limit::wrong_ids:
        return "wrong_ids";
    case limit::banned:
        return "banned";
    }
    return "unknown";
}

} // namespace repeater
