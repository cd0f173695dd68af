// Asks for the line in the log before anything of it is put into words.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/limited.hpp"

#include "net/connection.hpp"

namespace wsgate {

void tell_limited(const services& shared, const doorman& doorman, connection_number number,
                  const asio::ip::tcp::endpoint& peer, limit l) {
    shared.metrics.handshake_failed(handshake_failure::too_many);
    shared.metrics.limited(l);
    const auto client = net::address_of(peer);
    const auto line = doorman.admit_line(client, l);
    if (!line) {
        return;
    }
    refused_client r;
    r.number = number;
    r.peer = peer;
    r.client = client;
    r.cause = words_of(l).cause;
    r.advice = words_of(l).advice;
    shared.journal.refused(r, line);
}

} // namespace wsgate
