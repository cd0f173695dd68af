// How many descriptors our process may have.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

namespace service {

/// Raises RLIMIT_NOFILE to its hard limit: each session takes two descriptors, and thousands of
/// peers wait at once. Where that is refused the limit stays as it is.
void raise_descriptor_limit();

} // namespace service
