// Keeps our process from changing files that are none of its business.                landlock(7)
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace service {

/// The files that a process changes while it runs.
struct file_changes {
    std::vector<std::string> written{}; ///< also made anew, beside others of the same folder
    std::vector<std::string> removed{};
};

/// From now on this thread and those that it starts can write and make files in the folders of
/// those that are written, remove files from the folders of those that are removed, and write to
/// /dev/null and to what standard input, output and error are. Nothing else can be made, written,
/// renamed or removed, and no program be run. What is open stays open, and reading is not limited.
/// Needs no-new-privileges. Returns why not, where the system cannot do that.
[[nodiscard]] std::optional<std::string> confine_changes(const file_changes&);

} // namespace service
