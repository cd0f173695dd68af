// stat(2), now and then: also sees what comes by rename or over the network.
// SPDX-License-Identifier: EUPL-1.2
#include "service/file_watch.hpp"

#include <sys/stat.h>
#include <utility>

namespace service {

file_watch::file_watch(std::vector<std::string> files)
    : files_(std::move(files)), stamps_(look()) {}

bool file_watch::has_changed() {
    auto now = look();
    const bool same = now == stamps_;
    stamps_ = std::move(now);
    return !same;
}

std::vector<file_watch::stamp> file_watch::look() const {
    std::vector<stamp> all;
    all.reserve(files_.size());
    for (const auto& file : files_) {
        struct ::stat found {};

        if (::stat(file.c_str(), &found) != 0) {
            found = {};
        }
        // The time of change: a file that could not be read may be given to us later.
        all.push_back({found.st_ctim.tv_sec, found.st_ctim.tv_nsec, found.st_ino, found.st_size});
    }
    return all;
}

} // namespace service
