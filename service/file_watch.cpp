// Compares the files' stamps with those of the last look.
// SPDX-License-Identifier: EUPL-1.2
#include "service/file_watch.hpp"

#include <algorithm>
#include <iterator>
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
    std::transform(files_.begin(), files_.end(), std::back_inserter(all), stamp_of);
    return all;
}

} // namespace service
