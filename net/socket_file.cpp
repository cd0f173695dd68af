// bind(2) makes the file; its mode is set before anybody can connect.
// SPDX-License-Identifier: EUPL-1.2
#include "net/socket_file.hpp"

#include "net/unix_address.hpp"

#include <cerrno>
#include <sys/socket.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace net {

namespace {

constexpr int longest_queue = 4096;

[[noreturn]] void fail(int error, const std::string& path) {
    const auto* const why = error == EEXIST ? ", where a file stands that is no socket" : "";
    throw std::system_error(error, std::generic_category(), "cannot listen on unix:" + path + why);
}

/// What is no socket is somebody's file.
bool is_other_file(const std::string& path) {
    struct stat found {};

    return ::lstat(path.c_str(), &found) == 0 && !S_ISSOCK(found.st_mode);
}

/// The socket was left behind by a process that has gone.
bool is_stale(const unix_address& at) {
    const auto probe = open_unix_socket(SOCK_STREAM);
    return ::connect(probe.get(), at.data(), size_of(at)) != 0 && errno == ECONNREFUSED;
}

/// Returns 0 or an errno.
int bind_to(int fd, const std::string& path) {
    const auto at = unix_address_of(path);
    if (!at) {
        return ENAMETOOLONG;
    }
    if (::bind(fd, at->data(), size_of(*at)) == 0) {
        return 0;
    }
    if (const auto error = errno; error != EADDRINUSE) {
        return error;
    }
    if (is_other_file(path)) {
        return EEXIST;
    }
    if (!is_stale(*at)) {
        return EADDRINUSE;
    }
    if (::unlink(path.c_str()) != 0 || ::bind(fd, at->data(), size_of(*at)) != 0) {
        return errno;
    }
    return 0;
}

} // namespace

socket_file::socket_file(std::string path, unsigned mode)
    : path_(std::move(path)), socket_(open_unix_socket(SOCK_STREAM)) {
    if (const auto error = bind_to(socket_.get(), path_); error != 0) {
        fail(error, path_);
    }

    struct stat made {};

    // Until listen(2) nobody can connect, whatever the mode was.
    if (::chmod(path_.c_str(), mode) != 0 || ::lstat(path_.c_str(), &made) != 0 ||
        ::listen(socket_.get(), longest_queue) != 0) {
        const auto error = errno;
        (void)::unlink(path_.c_str());
        fail(error, path_);
    }
    device_ = made.st_dev;
    inode_ = made.st_ino;
}

socket_file::socket_file(std::string path, unique_fd socket, const struct stat& made)
    : path_(std::move(path)), socket_(std::move(socket)), device_(made.st_dev),
      inode_(made.st_ino) {}

std::optional<socket_file> socket_file::adopt(std::string path, unique_fd socket) {
    struct stat found {};

    if (::lstat(path.c_str(), &found) != 0 || !S_ISSOCK(found.st_mode)) {
        return std::nullopt;
    }
    return socket_file(std::move(path), std::move(socket), found);
}

socket_file::socket_file(socket_file&& other) noexcept
    : path_(std::exchange(other.path_, {})), socket_(std::move(other.socket_)),
      device_(other.device_), inode_(other.inode_) {}

socket_file::~socket_file() {
    struct stat now {};

    if (!path_.empty() && ::lstat(path_.c_str(), &now) == 0 && now.st_dev == device_ &&
        now.st_ino == inode_) {
        (void)::unlink(path_.c_str());
    }
}

} // namespace net
