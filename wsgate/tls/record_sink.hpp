// Where OpenSSL writes its records: a socket that may keep one back until the next joins it.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include <openssl/types.h>

namespace wsgate {

/// The kernel sends several records at once, where it is told that more follow: a write a record
/// would be a wake-up of the peer a record, too.
struct record_sink {
    int socket = -1; ///< does not block; not closed here
    bool more_follow = false;
};

/// A BIO that refers to the sink. Throws std::bad_alloc.
[[nodiscard]] BIO* make_bio(record_sink&);

} // namespace wsgate
