// The BIO that OpenSSL writes its records to: a socket that can tell the kernel that more records
// follow.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include <openssl/types.h>

namespace wsgate {

/// OpenSSL writes each record by itself. Where the kernel is told that more follow, it sends
/// several of them at once; otherwise the peer would be woken for each record.
struct record_sink {
    int socket = -1; ///< non-blocking; not owned
    bool more_follow = false;
};

/// Makes a BIO that refers to the sink. Throws std::bad_alloc.
[[nodiscard]] BIO* make_bio(record_sink&);

} // namespace wsgate
