// Reads a small file as a whole, such as passwords, tokens or keys.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include <cstddef>
#include <optional>
#include <string>

namespace service {

/// The content of a regular file of at most `largest` bytes. Nothing otherwise; errno says why.
[[nodiscard]] std::optional<std::string> read_file(const std::string& path, std::size_t largest);

/// errno in words.
[[nodiscard]] std::string last_error_text();

} // namespace service
