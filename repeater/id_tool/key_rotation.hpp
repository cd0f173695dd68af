// Replaces the current key of a file by a new one.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include <string>

namespace repeater {

/// The current key becomes the previous one, and a new one of 32 random bytes the current. A file
/// that is not there is made, with mode 0600; otherwise mode and owner stay. Whoever reads it
/// meanwhile finds the old file or the new one. Throws std::runtime_error, which names the file,
/// where it cannot be used (service::read_keys) or written; it is as it was then.
void rotate_key(const std::string& path);

} // namespace repeater
