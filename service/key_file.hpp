// Reads files that hold keys, and refuses those that strangers may read or change.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace service {

/// The content of at most `largest` bytes, without a byte order mark. Throws std::runtime_error,
/// which names the file and what to do, where it cannot be read, is UTF-16, or its mode allows more
/// than 0640.
[[nodiscard]] std::string read_key_file(const std::string& path, std::size_t largest);

/// The bytes of one to `most` keys, one a line, each of 16 bytes at least, in hexadecimal digits or
/// in base64. Empty lines and those that begin with `#` are passed over. Throws as above, and names
/// the line that is wrong, never its text.
[[nodiscard]] std::vector<std::string> read_keys(const std::string& path, std::size_t most);

} // namespace service
