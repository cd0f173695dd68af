// Notices that files have changed, by their stamps.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include <compare>
#include <cstdint>
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
    struct stamp {
        std::int64_t seconds = 0;
        std::int64_t nanoseconds = 0;
        std::uint64_t inode = 0; ///< 0: there is no such file
        std::int64_t size = 0;

        friend auto operator<=>(const stamp&, const stamp&) = default;
    };

    [[nodiscard]] std::vector<stamp> look() const;

    std::vector<std::string> files_;
    std::vector<stamp> stamps_;
};

} // namespace service
