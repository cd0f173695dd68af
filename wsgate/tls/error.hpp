// Turns errors of OpenSSL into exceptions.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include <string>

namespace wsgate {

/// Throws std::runtime_error: `what`, and the reason that OpenSSL has queued; empties the queue.
[[noreturn]] void fail_tls(const std::string& what);

} // namespace wsgate
