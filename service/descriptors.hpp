// Raises the limit of descriptors of our process.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

namespace service {

/// Raises RLIMIT_NOFILE to its hard limit: each session takes two descriptors, and thousands of
/// peers may wait at once. Where the system refuses, the limit stays as it is.
void raise_descriptor_limit();

} // namespace service
