// Reads a small file as a whole, such as passwords, tokens or keys.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/unique_fd.hpp"

#include <cstddef>
#include <optional>
#include <string>

namespace service {

/// What read_file() takes but regular files.
enum class pipes {
    none,
    /// The pipe that a descriptor of ours is, such as /dev/fd/63 of a shell's `<(command)`: it can
    /// be read once, so that a second time is an error.
    ours,
};

/// Opens a regular file, or a pipe as allowed, for reading. Never waits. None otherwise; errno says
/// why.
[[nodiscard]] net::unique_fd open_for_reading(const std::string& path, pipes);

/// The content of at most `largest` bytes. A pipe is waited for, for ten seconds at most. Nothing
/// where that fails; errno says why.
[[nodiscard]] std::optional<std::string> read_file(const std::string& path, std::size_t largest,
                                                   pipes = pipes::none);

/// errno in words, after one of the above.
[[nodiscard]] std::string last_error_text();

} // namespace service
