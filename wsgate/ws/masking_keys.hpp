// Keys that nobody can foresee, for the frames of a client.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "wsgate/ws/frame.hpp"

namespace wsgate {

/// RFC 6455 10.3. A key_source. Throws std::runtime_error where there is no randomness.
[[nodiscard]] masking_key random_masking_key();

} // namespace wsgate
