// The BIO between OpenSSL and a connection: reads when that is worth an attempt, and tells the
// kernel when more records follow.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/tcp_stream.hpp"

#include <openssl/types.h>

namespace wsgate {

/// OpenSSL writes each record by itself. Where the kernel is told that more follow, it sends
/// several of them at once; otherwise the peer would be woken for each record.
struct record_sink {
    net::tcp_stream& socket;
    bool more_follow = false;
    bool has_ended = false; ///< the peer sends no more
};

/// Makes a BIO that refers to the sink. Throws std::bad_alloc.
[[nodiscard]] BIO* make_bio(record_sink&);

} // namespace wsgate
