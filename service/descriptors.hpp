// The standard descriptors of our process, and its limit of descriptors.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include <cstddef>

namespace service {

/// Opens /dev/null in the place of each of standard input, output and error that is closed. Without
/// it the next socket or pipe would get its number: what is printed would go to a peer, and whoever
/// closes standard output would close the socket. Writing to a standard output that was closed
/// still fails. To be called before anything else is opened.
void keep_standard_descriptors();

/// Raises RLIMIT_NOFILE to its hard limit: each session takes two descriptors, and thousands of
/// peers may wait at once. Where the system refuses, the limit stays as it is.
void raise_descriptor_limit();

/// How many descriptors this process may have now.
[[nodiscard]] std::size_t descriptor_limit();

/// Sets the limit back to what it was before raise_descriptor_limit(). For a child process before
/// exec(2), since programs that use select(2), or close all descriptors one by one, rely on a low
/// limit. Async-signal-safe.
void restore_descriptor_limit();

} // namespace service
