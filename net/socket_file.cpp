// bind(2) makes the file; its mode is set before anybody can connect.
// SPDX-License-Identifier: EUPL-1.2
#include "net/socket_file.hpp"

#include <algorithm>
#include <cerrno>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <system_error>
#include <unistd.h>

namespace net {

namespace {

constexpr int backlog = 4096;

[[noreturn]] void fail(int error, const std::string& path) {
    throw std::system_error(error, std::generic_category(), "cannot listen on unix:" + path);
}

sockaddr_un address_of(const std::string& path) {
    sockaddr_un at{};
    at.sun_family = AF_UNIX;
    if (path.size() >= sizeof at.sun_path) {
        fail(ENAMETOOLONG, path);
    }
    std::copy(path.begin(), path.end(), &at.sun_path[0]);
    return at;
}

unique_fd open_socket() {
    return unique_fd{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
}

const sockaddr* generic(const sockaddr_un& at) {
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): what the system takes
    return reinterpret_cast<const sockaddr*>(&at);
}

/// Left behind by a process that has gone. What is no socket is somebody's file.
bool is_stale(const std::string& path, const sockaddr_un& at) {
    struct stat found {};

    if (::lstat(path.c_str(), &found) != 0 || !S_ISSOCK(found.st_mode)) {
        return false;
    }
    const auto probe = open_socket();
    return ::connect(probe.get(), generic(at), sizeof at) != 0 && errno == ECONNREFUSED;
}

/// Zero, or an errno.
int bind_to(int fd, const std::string& path) {
    const auto at = address_of(path);
    if (::bind(fd, generic(at), sizeof at) == 0) {
        return 0;
    }
    if (const auto error = errno; error != EADDRINUSE || !is_stale(path, at)) {
        return error;
    }
    if (::unlink(path.c_str()) != 0 || ::bind(fd, generic(at), sizeof at) != 0) {
        return errno;
    }
    return 0;
}

} // namespace

socket_file::socket_file(std::string path, unsigned mode)
    : path_(std::move(path)), socket_(open_socket()) {
    if (const auto error = bind_to(socket_.get(), path_); error != 0) {
        fail(error, path_);
    }

    struct stat made {};

    // Until listen(2) nobody can connect, whatever the mode was.
    if (::chmod(path_.c_str(), mode) != 0 || ::lstat(path_.c_str(), &made) != 0 ||
        ::listen(socket_.get(), backlog) != 0) {
        const auto error = errno;
        (void)::unlink(path_.c_str());
        fail(error, path_);
    }
    device_ = made.st_dev;
    inode_ = made.st_ino;
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
