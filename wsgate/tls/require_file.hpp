// Looks at files before OpenSSL opens them, since it would wait for a FIFO.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include <string>

namespace wsgate {

/// Throws std::runtime_error: the file cannot be read, or it is no regular file and no pipe of a
/// descriptor of ours. `what` names it for the operator.
void require_file(const std::string& what, const std::string& name);

} // namespace wsgate
