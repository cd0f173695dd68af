// Makes a stamp of what stat(2) returns.
// SPDX-License-Identifier: EUPL-1.2
#include "service/file_stamp.hpp"

#include <sys/stat.h>

namespace service {

std::optional<file_stamp> stamp_of(const std::string& path) {
    struct ::stat found {};

    if (::stat(path.c_str(), &found) != 0) {
        return std::nullopt;
    }
    constexpr std::int64_t second = 1'000'000'000;
    return file_stamp{found.st_dev, found.st_ino,
                      found.st_ctim.tv_sec * second + found.st_ctim.tv_nsec, found.st_size,
                      S_ISREG(found.st_mode)};
}

} // namespace service
