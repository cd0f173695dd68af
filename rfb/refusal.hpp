// Telling a viewer, in RFB, why it gets no session.                         RFC 6143 7.1.2
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "rfb/version.hpp"

#include <cstddef>
#include <string_view>
#include <vector>

namespace rfb {

/// The version to offer before a failure: every viewer knows it or answers with an older one.
inline constexpr protocol_version failure_version{3, 8};

/// What follows the viewer's version answer: "no security types" and the reason. Viewers older than
/// 3.7 get the 4-byte form (RFC 6143 appendix A). `reason`: at most 1000 bytes are sent, Latin-1.
[[nodiscard]] std::vector<std::byte> format_failure(protocol_version answered,
                                                    std::string_view reason);

} // namespace rfb
