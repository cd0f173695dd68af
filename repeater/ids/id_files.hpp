// Reads the files that say which IDs are admitted.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "repeater/ids/id_rules.hpp"
#include "rfb/hello.hpp"

#include <string>
#include <vector>

namespace repeater {

/// Number of keys in a file: the current one, and the one before it, whose IDs are still good.
inline constexpr std::size_t most_id_keys = 2;

/// Reads what the policy needs. A list has one ID a line, with or without "ID:", and is read as
/// peers' IDs are (`hello_rules`); empty lines and those that begin with `#` are passed over.
/// Throws std::runtime_error, which names the file and the line, never its text.
[[nodiscard]] id_rules read_id_rules(const id_options&, const rfb::hello_rules&);

} // namespace repeater
