// Opens without blocking, so that a FIFO cannot stop us, and reads no more than the limit.
// SPDX-License-Identifier: EUPL-1.2
#include "service/read_file.hpp"

#include "net/unique_fd.hpp"

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace service {

std::string last_error_text() {
    return std::error_code{errno, std::generic_category()}.message();
}

std::optional<std::string> read_file(const std::string& path, std::size_t largest) {
    const net::unique_fd fd{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)};

    struct stat about {};

    if (!fd || ::fstat(fd.get(), &about) != 0) {
        return std::nullopt;
    }
    if (!S_ISREG(about.st_mode) || static_cast<std::size_t>(about.st_size) > largest) {
        errno = S_ISREG(about.st_mode) ? EFBIG : EINVAL;
        return std::nullopt;
    }
    std::string text;
    std::array<char, 65536> piece{};
    while (text.size() <= largest) {
        const auto n = ::read(fd.get(), piece.data(), piece.size());
        if (n <= 0) {
            return n == 0 ? std::optional{std::move(text)} : std::nullopt;
        }
        text.append(piece.data(), static_cast<std::size_t>(n));
    }
    errno = EFBIG;
    return std::nullopt;
}

} // namespace service
