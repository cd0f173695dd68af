// How many connections, handshakes and sessions there may be, in all and of one source.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/limits/rate.hpp"
#include "net/text/address_range.hpp"
#include "wsgate/access/client_address.hpp"

#include <chrono>
#include <cstddef>
#include <vector>

namespace wsgate {

struct session_caps {
    std::size_t all = 1000;
    std::size_t per_client = 0; ///< 0: no limit but the one for all

    friend bool operator==(const session_caps&, const session_caps&) = default;
};

/// 0, and a rate of 0: no limit, but for what is of all.
struct limit_options {
    /// Of clients and of sessions' targets together; 0: nine tenths of the descriptors.
    std::size_t connections = 0;
    std::size_t connections_of_source = 512;
    std::size_t handshakes = 4096; ///< connections that have sent no request yet
    std::size_t handshakes_of_source = 128;
    std::size_t tls_handshakes = 1024; ///< of these connections, those that OpenSSL has begun with
    net::rate connecting{50, std::chrono::seconds(1), 300};
    net::rate upgrading{20, std::chrono::seconds(1), 200}; ///< attempts at sessions
    session_caps sessions;
    /// Sources without limits of their own but for session_caps::per_client: balancers and programs
    /// on this machine speak for many.
    std::vector<net::address_range> exempt = loopback_networks();
};

} // namespace wsgate
