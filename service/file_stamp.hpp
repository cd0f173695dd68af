// Tells whether a file has changed, without reading it.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace service {

/// Equal stamps are of the same file, with the same content, owner and mode.
struct file_stamp {
    std::uint64_t device = 0;
    std::uint64_t inode = 0;
    /// Nanoseconds since 1970: when the content, the owner or the mode last changed. The latter
    /// count since a file that we could not read may become readable.
    std::int64_t changed = 0;
    std::int64_t size = 0; ///< bytes
    bool is_regular = false;

    friend bool operator==(const file_stamp&, const file_stamp&) = default;
};

/// Takes a file's stamp by stat(2), which also notices files that were renamed or written over the
/// network. Nothing where there is no such file, or we may not look at it.
[[nodiscard]] std::optional<file_stamp> stamp_of(const std::string& path);

} // namespace service
