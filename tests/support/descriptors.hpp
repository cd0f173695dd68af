// How many descriptors this process has open.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include <cstddef>
#include <filesystem>
#include <iterator>

namespace support {

/// The one that reads the directory is counted each time.
[[nodiscard]] inline std::size_t open_descriptors() {
    return static_cast<std::size_t>(
        std::distance(std::filesystem::directory_iterator("/proc/self/fd"),
                      std::filesystem::directory_iterator{}));
}

} // namespace support
