// Writes our process number to a file.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/nothrow.hpp"
#include "net/unique_fd.hpp"

#include <string>

namespace service {

/// Removed by the destructor, unless another process's number is there by then.
class pid_file {
public:
    enum class writing { now, later };

    /// Opens it, for which rights may be needed; `later`: write() is called then. An empty path
    /// does nothing.
    explicit pid_file(std::string path, writing = writing::now);
    pid_file(const pid_file&) = delete;
    pid_file& operator=(const pid_file&) = delete;
    ~pid_file();

    void write();

    /// From now on it is another process's: the destructor does not touch it.
    void leave_file();

    /// Why the file could not be written, if it could not.
    [[nodiscard]] const net::error_code& error() const { return error_; }

private:
    std::string path_;
    net::unique_fd file_;
    net::error_code error_;
};

} // namespace service
