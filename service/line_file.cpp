// Polls before each write, and looks at what a failed one has left behind.
// SPDX-License-Identifier: EUPL-1.2
#include "service/line_file.hpp"

#include "net/text/number.hpp"
#include "service/ready_by.hpp"

#include <climits>

#include <algorithm>
#include <array>
#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>
#include <utility>

namespace service {

namespace {

namespace fs = std::filesystem;

constexpr int how_opened = O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;

boost::system::error_code last_error() {
    return {errno, boost::system::system_category()};
}

ssize_t send_to_socket(int fd, const void* bytes, std::size_t size) {
    return ::send(fd, bytes, size, MSG_NOSIGNAL | MSG_DONTWAIT);
}

bool is_fifo(int fd) {
    struct stat about {};

    return ::fstat(fd, &about) == 0 && S_ISFIFO(about.st_mode);
}

/// A descriptor for the same pipe or terminal that does not block. O_NONBLOCK on `fd` itself would
/// be felt by everybody who shares it. None where the system does not let us.
net::unique_fd opened_anew(int fd) {
    if (!is_fifo(fd) && ::isatty(fd) == 0) {
        return {};
    }
    return net::unique_fd{::open(fmt::format("/proc/self/fd/{}", fd).c_str(),
                                 O_WRONLY | O_APPEND | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)};
}

/// Whole lines of at most `largest` bytes, or the first line where that is longer.
std::string_view first_piece(std::string_view lines, std::size_t largest) {
    auto end = lines.substr(0, largest).rfind('\n');
    if (end == std::string_view::npos) {
        end = lines.find('\n');
    }
    return end == std::string_view::npos ? lines : lines.substr(0, end + 1);
}

net::unique_fd open_path(const std::string& path, const line_file::how& how) {
    net::unique_fd fd{::open(path.c_str(), O_WRONLY | how_opened, how.mode)};
    if (!fd && errno == ENOENT && how.makes_directories) {
        std::error_code ignored;
        fs::create_directories(fs::path{path}.parent_path(), ignored);
        fd = net::unique_fd{::open(path.c_str(), O_WRONLY | how_opened, how.mode)};
    }
    if (how.holds_fifo && (fd ? is_fifo(fd.get()) : errno == ENXIO)) {
        const int error = errno;
        if (net::unique_fd both{::open(path.c_str(), O_RDWR | how_opened, how.mode)}; both) {
            return both;
        }
        errno = error;
    }
    return fd;
}

} // namespace

room_wait room_until(std::chrono::steady_clock::time_point end) {
    return [end](int fd) { return ready_by(fd, POLLOUT, end); };
}

std::optional<int> descriptor_named(std::string path) {
    constexpr std::array<std::string_view, 3> names{"/dev/stdin", "/dev/stdout", "/dev/stderr"};
    const auto ours = fmt::format("/proc/{}/fd/", ::getpid());
    constexpr int most_links = 40; // as the system follows
    for (int links = 0; links < most_links; ++links) {
        if (const auto* const name = std::ranges::find(names, path); name != names.end()) {
            return static_cast<int>(name - names.begin());
        }
        for (const std::string_view folder : {"/dev/fd/", "/proc/self/fd/", ours.c_str()}) {
            if (path.starts_with(folder)) {
                return net::parse_number<unsigned short>(
                    std::string_view{path}.substr(folder.size()));
            }
        }
        std::error_code no_link;
        const auto to = fs::read_symlink(path, no_link);
        if (no_link) {
            break;
        }
        path = (fs::path{path}.parent_path() / to).lexically_normal();
    }
    return std::nullopt;
}

boost::system::result<line_file> line_file::open(const std::string& path, how how) {
    if (const auto fd = descriptor_named(path)) {
        return of_descriptor(*fd, std::move(how.write));
    }
    auto fd = open_path(path, how);
    if (!fd) {
        return last_error();
    }
    line_file file(std::move(fd), std::move(how.write), false);
    file.look_for_a_torn_line(path);
    return file;
}

boost::system::result<line_file> line_file::of_descriptor(int fd, write_call write) {
    const int flags = ::fcntl(fd, F_GETFL); // NOLINT(*-vararg): the system's
    if (flags < 0) {
        return last_error();
    }
    if ((flags & O_ACCMODE) == O_RDONLY) {
        return boost::system::error_code{EBADF, boost::system::system_category()};
    }
    auto ours = opened_anew(fd);
    if (!ours) {
        ours = net::unique_fd{::fcntl(fd, F_DUPFD_CLOEXEC, 3)}; // NOLINT(*-vararg): as above
    }
    if (!ours) {
        return last_error();
    }
    return line_file(std::move(ours), std::move(write), true);
}

line_file::line_file(net::unique_fd fd, write_call write, bool is_descriptor)
    : fd_(std::move(fd)), write_(std::move(write)), is_descriptor_(is_descriptor) {
    struct stat about {};

    (void)::fstat(fd_.get(), &about);
    is_regular_ = S_ISREG(about.st_mode);
    if (S_ISFIFO(about.st_mode) || S_ISSOCK(about.st_mode)) {
        largest_ = PIPE_BUF; // up to which a write to a pipe is all or nothing
    }
    if (!write_) {
        write_ = S_ISSOCK(about.st_mode) ? write_call{send_to_socket} : write_call{::write};
    }
}

line_file::outcome line_file::write(std::string_view lines, const room_wait& wait) {
    if (const auto error = finish_begun(wait)) {
        return {0, error};
    }
    std::size_t taken = 0;
    while (taken < lines.size()) {
        const auto piece = first_piece(lines.substr(taken), largest_);
        std::size_t done = 0;
        if (const auto error = put(piece, wait, done)) {
            const bool goes_on = error == boost::system::errc::operation_would_block;
            return {taken + settle(piece, done, goes_on), error};
        }
        taken += piece.size();
    }
    return {taken, {}};
}

/// Writes until all bytes are out; adds to `done` those that are.
boost::system::error_code line_file::put(std::string_view bytes, const room_wait& wait,
                                         std::size_t& done) const {
    constexpr auto short_pause = std::chrono::milliseconds(10);
    while (done < bytes.size()) {
        if (!wait(fd_.get())) {
            return make_error_code(boost::system::errc::operation_would_block);
        }
        const auto n =
            write_(fd_.get(), bytes.data() + done, std::min(bytes.size() - done, largest_));
        if (n > 0) {
            done += static_cast<std::size_t>(n);
        } else if (n == 0) {
            return make_error_code(boost::system::errc::io_error);
        } else if (errno == EAGAIN) {
            std::this_thread::sleep_for(short_pause); // poll() saw room, so it would not wait
        } else if (errno != EINTR) {
            return last_error();
        }
    }
    return {};
}

/// Writes what has to stand before the next line: the rest of the last one, or the end of a torn
/// one.
boost::system::error_code line_file::finish_begun(const room_wait& wait) {
    if (rest_.empty() && torn_) {
        rest_ = "\n";
    }
    std::size_t done = 0;
    const auto error = put(rest_, wait, done);
    rest_.erase(0, done);
    torn_ = torn_ && !rest_.empty();
    return error;
}

/// Tidies up after `piece` failed behind `done` bytes; `goes_on`: there will be room again. Returns
/// how much of it is taken.
std::size_t line_file::settle(std::string_view piece, std::size_t done, bool goes_on) {
    const auto out = piece.substr(0, done);
    const auto newline = out.rfind('\n');
    const auto whole = newline == std::string_view::npos ? 0 : newline + 1;
    const auto part = done - whole;
    if (part == 0 || (is_regular_ && take_back(part))) {
        return whole;
    }
    if (is_regular_ || !goes_on) {
        torn_ = true;
        return whole;
    }
    const auto end = piece.find('\n', done);
    rest_ = piece.substr(done, end + 1 - done);
    return end + 1;
}

/// Cuts off what we have written last, unless somebody else has appended to it.
bool line_file::take_back(std::size_t part) const {
    const auto end = ::lseek(fd_.get(), 0, SEEK_CUR);
    const auto start = end - static_cast<off_t>(part);

    struct stat about {};

    return start >= 0 && ::fstat(fd_.get(), &about) == 0 && about.st_size == end &&
           ::ftruncate(fd_.get(), start) == 0 && ::lseek(fd_.get(), start, SEEK_SET) == start;
}

/// A line without an end may be left by a crash. It is not ours to take back.
void line_file::look_for_a_torn_line(const std::string& path) {
    if (!is_regular_) {
        return;
    }
    const net::unique_fd reader{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};

    struct stat about {};

    char last = '\n';
    torn_ = reader && ::fstat(reader.get(), &about) == 0 && S_ISREG(about.st_mode) &&
            about.st_size > 0 && ::pread(reader.get(), &last, 1, about.st_size - 1) == 1 &&
            last != '\n';
}

std::string open_error_text(const boost::system::error_code& error) {
    return error.value() == ENXIO ? "nobody reads this FIFO, or it is a socket" : error.message();
}

} // namespace service
