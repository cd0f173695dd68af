// Tells from the outside whether a file is still what it was.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace service {

/// Two that are equal are of the same file, with the same content, owner and mode.
struct file_stamp {
    std::uint64_t device = 0;
    std::uint64_t inode = 0;
    /// Nanoseconds since 1970, of the content or of what stands beside it: a file that could not be
    /// read may be given to us later.
    std::int64_t changed = 0;
    std::int64_t size = 0; ///< bytes
    bool is_regular = false;

    friend bool operator==(const file_stamp&, const file_stamp&) = default;
};

/// By stat(2), which also sees what comes by rename or over the network. Nothing where there is no
/// such file, or nobody may look at it.
[[nodiscard]] std::optional<file_stamp> stamp_of(const std::string& path);

} // namespace service
