// Calls read(2) and write(2) on descriptors that may be pipes, sockets, terminals or files.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/tunnel/stdio_stream.hpp"

#include "net/unique_fd.hpp"

#include <boost/asio/error.hpp>

#include <cerrno>
#include <fcntl.h>
#include <string>
#include <sys/socket.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace wsgate {

namespace {

[[noreturn]] void fail(const char* what) {
    throw std::system_error(errno, std::system_category(), what);
}

/// Opens a pipe or a terminal once more, since O_NONBLOCK belongs to an open file that others may
/// share: a shell would find its terminal non-blocking once we are gone, whatever has ended us.
/// Nothing where that cannot be done, as with a socket, or a terminal of another user.
int opened_again(int fd) {
    const auto path = "/proc/self/fd/" + std::to_string(fd);
    const int flags = ::fcntl(fd, F_GETFL); // NOLINT(*-vararg): POSIX's

    struct stat what {};

    if (flags < 0 || ::fstat(fd, &what) != 0 || !(S_ISFIFO(what.st_mode) || ::isatty(fd) != 0)) {
        return -1;
    }
    const int how = (flags & O_ACCMODE) | O_NONBLOCK | O_CLOEXEC | O_NOCTTY;
    const net::unique_fd low{::open(path.c_str(), how)};           // NOLINT(*-vararg)
    return ::fcntl(low.get(), F_DUPFD_CLOEXEC, STDERR_FILENO + 1); // NOLINT(*-vararg)
}

/// Moves the descriptor to another number and puts /dev/null in its place.
int taken(int fd) {
    int ours = opened_again(fd);
    if (ours < 0) {
        ours = ::fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1); // NOLINT(*-vararg)
    }
    const net::unique_fd null{::open("/dev/null", O_RDWR | O_CLOEXEC)}; // NOLINT: POSIX's varargs
    if (ours < 0 || null.get() < 0 || ::dup2(null.get(), fd) < 0) {
        fail("standard input and output");
    }
    return ours;
}

net::io_result result_of(ssize_t moved) {
    net::io_result result;
    if (moved < 0) {
        result.error = {errno, boost::system::system_category()};
    } else {
        result.bytes = static_cast<std::size_t>(moved);
    }
    return result;
}

/// Lets go of the descriptor and makes it block again: where it could not be opened again, other
/// processes may share the open file.
void give_back(asio::posix::stream_descriptor& d) {
    if (d.is_open()) {
        net::error_code ignored;
        d.native_non_blocking(false, ignored);
        d.close(ignored);
    }
}

} // namespace

stdio_stream::stdio_stream(const asio::any_io_executor& executor)
    : in_(executor, taken(STDIN_FILENO)), out_(executor, taken(STDOUT_FILENO)) {
    in_.native_non_blocking(true);
    out_.native_non_blocking(true);
}

stdio_stream::~stdio_stream() {
    give_back(in_);
    give_back(out_);
}

net::io_result stdio_stream::read_some(std::span<std::byte> into) {
    auto result = result_of(::read(in_.native_handle(), into.data(), into.size()));
    if (!result.error && result.bytes == 0) {
        result.error = asio::error::eof;
    }
    return result;
}

net::io_result stdio_stream::write_some(std::span<const std::byte> from) {
    auto result = result_of(::write(out_.native_handle(), from.data(), from.size()));
    if (result.error && !result.would_block()) {
        give_back(in_); // a socket would tell its reader of it; another descriptor does not
    }
    return result;
}

asio::awaitable<std::tuple<net::error_code>> stdio_stream::wait(net::readiness what) {
    auto& d = what == net::readiness::read ? in_ : out_;
    const auto direction = what == net::readiness::read
                               ? asio::posix::stream_descriptor::wait_read
                               : asio::posix::stream_descriptor::wait_write;
    auto [ec] = co_await d.async_wait(direction, net::nothrow);
    if (ec == asio::error::operation_not_supported) { // epoll takes no files; they are always ready
        ec = {};
    }
    co_return std::tuple{ec};
}

void stdio_stream::shutdown_send() {
    if (out_.is_open()) {
        const bool is_socket = ::shutdown(out_.native_handle(), SHUT_WR) == 0;
        give_back(out_);
        // A socket is read to its end, since closing it with unread bytes would destroy what is on
        // its way out. Input from a pipe or a terminal may never end by itself, so it is closed
        // here.
        if (!is_socket) {
            give_back(in_);
        }
    }
}

void stdio_stream::close() {
    give_back(in_);
    shutdown_send();
}

} // namespace wsgate
