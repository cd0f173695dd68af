// Paths of Unix sockets as text, and the modes of their files.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace net {

/// Bytes of the longest path that a Unix socket can have (unix(7)).
inline constexpr std::size_t longest_unix_path = 107;

/// Stands before the path of a Unix socket where an address and port may stand as well.
inline constexpr std::string_view unix_prefix = "unix:";

/// An absolute path, without NUL, that the file of a Unix socket can have.
[[nodiscard]] bool is_unix_path(std::string_view);

/// The path in "unix:/PATH"; nothing where the text is something else, or the path too long.
[[nodiscard]] std::optional<std::string_view> parse_unix_path(std::string_view);

/// Reads "0660", in octal digits as for chmod(1); at most 0777.
[[nodiscard]] std::optional<unsigned> parse_file_mode(std::string_view);

} // namespace net
