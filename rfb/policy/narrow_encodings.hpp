// Which of a viewer's encodings a server may hear of under a policy.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "rfb/policy/viewer_policy.hpp"

#include <cstdint>
#include <vector>

namespace rfb {

/// Takes out, in place, what would let a server take messages that the policy forbids, and under
/// any policy what lets two programs measure a message differently. Order and doubles stay, since
/// order is preference. Where no picture is left, Raw is added: with nothing that they know servers
/// choose what they like.
void narrow_encodings(std::vector<std::int32_t>&, const viewer_policy&);

/// Takes out as well what would let a server say what cannot be measured.
void narrow_to_measurable(std::vector<std::int32_t>&);

/// Takes out those whose length depends on how programs understand a pixel format.
void leave_out_tight(std::vector<std::int32_t>&);

} // namespace rfb
