// The file that names our process.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/nothrow.hpp"

#include <string>

namespace service {

/// Written at once, removed in the end, unless another process has written its own number there.
class pid_file {
public:
    /// An empty path does nothing.
    explicit pid_file(std::string path);
    pid_file(const pid_file&) = delete;
    pid_file& operator=(const pid_file&) = delete;
    ~pid_file();

    /// Why it could not be written.
    [[nodiscard]] const net::error_code& error() const { return error_; }

private:
    std::string path_;
    net::error_code error_;
};

} // namespace service
