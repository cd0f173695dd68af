// Names each limit for metrics, log and operators.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/access/limit.hpp"

namespace wsgate {

namespace {

// In the order of the enumerators.
constexpr std::array<limit_words, all_limits.size()> words{{
    {"connections", "too many connections", "--max-connections allows more"},
    {"source_connections", "too many connections of one address",
     "--max-connections-per-source allows more"},
    {"connection_rate", "one address connects too often", "--connection-rate allows more"},
    {"handshakes", "too many connections wait to send a request", "--max-handshakes allows more"},
    {"source_handshakes", "too many connections of one address wait to send a request",
     "--max-handshakes-per-source allows more"},
    {"tls_handshakes", "too many TLS handshakes at a time", "--max-tls-handshakes allows more"},
    {"sessions", "session limit", "--max-sessions allows more"},
    {"source_sessions", "session limit of one address", "--max-per-ip allows more"},
    {"upgrade_rate", "one address opens sessions too often", "--upgrade-rate allows more"},
}};

} // namespace

const limit_words& words_of(limit l) {
    return words.at(static_cast<std::size_t>(l));
}

} // namespace wsgate
