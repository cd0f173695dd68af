// Which of a viewer's encodings a server may hear of under a policy.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "rfb/viewer_policy.hpp"

#include <cstdint>
#include <vector>

namespace rfb {

/// Takes out, in place, what would let a server take messages that the policy forbids, and under
/// any policy what lets two programs measure a message differently. Order and doubles stay, since
/// order is preference. Where no picture is left, Raw is added: with nothing that they know servers
/// choose what they like.
void narrow_encodings(std::vector<std::int32_t>&, const viewer_policy&);

} // namespace rfb
