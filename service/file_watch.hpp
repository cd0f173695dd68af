// Notices that files have changed, by their stamps.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "service/file_stamp.hpp"

#include <optional>
#include <string>
#include <vector>

namespace service {

class file_watch {
public:
    /// Takes the stamps of the files as they are now.
    explicit file_watch(std::vector<std::string> files);

    /// Whether, since the last look, one of the files was written, replaced, created or removed, or
    /// its owner or mode changed.
    [[nodiscard]] bool has_changed();

private:
    using stamp = std::optional<file_stamp>; ///< nothing: there is no such file

    [[nodiscard]] std::vector<stamp> look() const;

    std::vector<std::string> files_;
    std::vector<stamp> stamps_;
};

} // namespace service
