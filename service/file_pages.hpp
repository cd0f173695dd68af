// Memory that a process has only because files are mapped into it.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace service {

struct mapped_file {
    std::size_t begin = 0; ///< address
    std::size_t size = 0;

    friend bool operator==(const mapped_file&, const mapped_file&) = default;
};

/// The mappings of files, in the text of /proc/PID/smaps (proc(5)), that nobody may write to and
/// none of whose pages is changed.
[[nodiscard]] std::vector<mapped_file> unchanged_files(std::string_view smaps);

/// For a process that will mostly wait: gives back the pages of its program and libraries, and what
/// is free of the heap. The few pages that it uses again come back from the page cache.
void give_back_memory();

} // namespace service
