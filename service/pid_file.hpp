// Writes our process number to a file.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/nothrow.hpp"

#include <string>

namespace service {

/// Written by the constructor and removed by the destructor, unless another process has written its
/// own number there meanwhile.
class pid_file {
public:
    /// An empty path does nothing.
    explicit pid_file(std::string path);
    pid_file(const pid_file&) = delete;
    pid_file& operator=(const pid_file&) = delete;
    ~pid_file();

    /// Why the file could not be written, if it could not.
    [[nodiscard]] const net::error_code& error() const { return error_; }

private:
    std::string path_;
    net::error_code error_;
};

} // namespace service
