// Whether the memory of our process may end up in a file.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

namespace service {

/// Without them, a crash writes no core file, and only root may attach a debugger or look into
/// /proc for our memory and descriptors: IDs, passwords and keys stay in memory. To be called again
/// after each change of the user, at which the system forgets it. In the other case, a process that
/// has changed its user may be dumped again.
void allow_core_dumps(bool);

/// Sets the limit of core files back to what it was before allow_core_dumps(). For a child process
/// before exec(2). Async-signal-safe.
void restore_core_limit();

} // namespace service
