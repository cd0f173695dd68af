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
    /// Takes the stamps of now.
    explicit file_watch(std::vector<std::string> files);

    /// Since the last look, one of them has been written, replaced, given to
    /// somebody else, or has come or gone.
    [[nodiscard]] bool has_changed();

private:
    using stamp = std::optional<file_stamp>; ///< nothing: there is no such file

    [[nodiscard]] std::vector<stamp> look() const;

    std::vector<std::string> files_;
    std::vector<stamp> stamps_;
};

} // namespace service
