// Starts this program anew, from the file that is there by then.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/unique_fd.hpp"

#include <map>
#include <span>
#include <string>
#include <sys/types.h>
#include <vector>

namespace service {

/// How this process was started. To be made first in main(), while the working directory and PATH
/// are what they were then.
class image_to_start {
public:
    /// `variable`: of the environment, by which the new process learns what it was passed.
    image_to_start(std::string variable, std::span<char* const> arguments);

    /// Starts the program with the same arguments and environment. The descriptors become its 3, 4
    /// and so on; `names` says what they are, as "keeper:predecessor". Returns the number of the
    /// process. Throws std::system_error where it cannot be started.
    [[nodiscard]] pid_t start(std::span<const int> passed, const std::string& names) const;

    /// The file that is started.
    [[nodiscard]] const std::string& path() const { return path_; }

private:
    std::string variable_;
    std::string path_;
    std::vector<std::string> arguments_;
};

/// What this process was passed, by name; empty where nothing was. A second call returns nothing.
/// To be called before there are threads.
[[nodiscard]] std::map<std::string, net::unique_fd> take_passed(const std::string& variable);

} // namespace service
