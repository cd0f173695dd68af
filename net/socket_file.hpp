// A listening Unix socket, and the file that stands for it.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/unique_fd.hpp"

#include <optional>
#include <string>
#include <sys/stat.h>
#include <sys/types.h>
#include <utility>

namespace net {

/// Removes the file at its end, unless another file has taken its place.
class socket_file {
public:
    /// Binds and listens; takes the place of a socket at which nobody answers, and of nothing else.
    /// Throws std::system_error that names the path.
    socket_file(std::string path, unsigned mode);

    /// Takes over a socket that another process has bound to the path. Nothing where no socket
    /// stands there any more.
    [[nodiscard]] static std::optional<socket_file> adopt(std::string path, unique_fd socket);

    socket_file(socket_file&&) noexcept;
    socket_file(const socket_file&) = delete;
    socket_file& operator=(const socket_file&) = delete;
    socket_file& operator=(socket_file&&) = delete;
    ~socket_file();

    /// Gives the socket away; a second call gives none.
    [[nodiscard]] unique_fd take() { return std::move(socket_); }

    /// Leaves the file where it is: another process has the socket now.
    void leave() { path_.clear(); }

private:
    socket_file(std::string path, unique_fd socket, const struct stat& made);

    std::string path_;
    unique_fd socket_;
    dev_t device_ = 0;
    ino_t inode_ = 0;
};

} // namespace net
