// Opens without blocking, so that a FIFO cannot stop us, and reads no more than the limit.
// SPDX-License-Identifier: EUPL-1.2
#include "service/read_file.hpp"

#include "service/line_file.hpp"
#include "service/ready_by.hpp"

#include <array>
#include <cerrno>
#include <chrono>
#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace service {

namespace {

using clock = std::chrono::steady_clock;

constexpr auto pipe_limit = std::chrono::seconds(10);

std::optional<std::string> read_all(int fd, std::size_t largest) {
    const auto end = clock::now() + pipe_limit;
    std::string text;
    std::array<char, 65536> piece{};
    while (text.size() <= largest) {
        if (clock::now() >= end || !ready_by(fd, POLLIN, end)) { // only pipes make us wait
            errno = ETIMEDOUT;
            return std::nullopt;
        }
        const auto n = ::read(fd, piece.data(), piece.size());
        if (n == 0) {
            return text;
        }
        if (n < 0 && errno != EAGAIN && errno != EINTR) {
            return std::nullopt;
        }
        text.append(piece.data(), n > 0 ? static_cast<std::size_t>(n) : 0);
    }
    errno = EFBIG;
    return std::nullopt;
}

} // namespace

std::string last_error_text() {
    if (errno == EINVAL) {
        return "it is no regular file";
    }
    if (errno == ENODATA) {
        return "this pipe has been read already; only a regular file can be read again";
    }
    return std::error_code{errno, std::generic_category()}.message();
}

net::unique_fd open_for_reading(const std::string& path, pipes allowed) {
    net::unique_fd fd{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)};

    struct stat about {};

    if (!fd || ::fstat(fd.get(), &about) != 0) {
        return {};
    }
    const bool is_pipe_of_ours =
        allowed == pipes::ours && S_ISFIFO(about.st_mode) && descriptor_named(path);
    if (!S_ISREG(about.st_mode) && !is_pipe_of_ours) {
        errno = EINVAL;
        return {};
    }
    return fd;
}

std::optional<std::string> read_file(const std::string& path, std::size_t largest, pipes allowed) {
    const auto fd = open_for_reading(path, allowed);

    struct stat about {};

    if (!fd || ::fstat(fd.get(), &about) != 0) {
        return std::nullopt;
    }
    if (static_cast<std::size_t>(about.st_size) > largest) {
        errno = EFBIG;
        return std::nullopt;
    }
    auto text = read_all(fd.get(), largest);
    if (text && text->empty() && S_ISFIFO(about.st_mode)) {
        errno = ENODATA;
        return std::nullopt;
    }
    return text;
}

} // namespace service
