// Calls read(2) and write(2) on descriptors that may be pipes, sockets, terminals or files.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/tunnel/stdio_stream.hpp"

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

void set_blocking(int fd, bool blocks) {
    const int flags = ::fcntl(fd, F_GETFL);                                        // NOLINT: POSIX
    (void)::fcntl(fd, F_SETFL, blocks ? flags & ~O_NONBLOCK : flags | O_NONBLOCK); // NOLINT
}

/// epoll takes no files; they are always ready.
bool is_file(int error) {
    return error == EPERM;
}

} // namespace

stdio_stream::end::end(const asio::any_io_executor& executor, int number)
    : fd(number), readiness(executor, true) {
    set_blocking(number, false);
}

void stdio_stream::end::give_back() {
    if (fd) {
        readiness.release(fd.get());
        set_blocking(fd.get(), true);
        fd = net::unique_fd{};
    }
}

stdio_stream::stdio_stream(const asio::any_io_executor& executor)
    : in_(executor, taken(STDIN_FILENO)), out_(executor, taken(STDOUT_FILENO)) {}

stdio_stream::~stdio_stream() {
    in_.give_back();
    out_.give_back();
}

net::io_result stdio_stream::read_some(std::span<std::byte> into) {
    auto result = result_of(::read(in_.fd.get(), into.data(), into.size()));
    if (result.would_block()) {
        in_.readiness.blocked(net::readiness::read);
    } else if (!result.error && result.bytes == 0) {
        result.error = asio::error::eof;
    }
    return result;
}

net::io_result stdio_stream::write_some(std::span<const std::byte> from) {
    auto result = result_of(::write(out_.fd.get(), from.data(), from.size()));
    if (result.would_block()) {
        out_.readiness.blocked(net::readiness::write);
    } else if (result.error) {
        in_.give_back(); // a socket would tell its reader of it; another descriptor does not
    }
    return result;
}

asio::awaitable<std::tuple<net::error_code>> stdio_stream::wait(net::readiness what) {
    auto& mine = what == net::readiness::read ? in_ : out_;
    auto [ec] = co_await mine.readiness.wait(mine.fd.get(), what);
    co_return std::tuple{is_file(ec.value()) ? net::error_code{} : ec};
}

void stdio_stream::watch(net::stream_watcher* w) {
    for (auto* const each : {&in_, &out_}) {
        try {
            if (each->fd) {
                each->readiness.watch(each->fd.get(), w);
            }
        } catch (const std::system_error& e) {
            if (!is_file(e.code().value())) {
                throw;
            }
        }
    }
}

void stdio_stream::shutdown_send() {
    if (out_.fd) {
        const bool is_socket = ::shutdown(out_.fd.get(), SHUT_WR) == 0;
        out_.give_back();
        // A socket is read to its end, since closing it with unread bytes would destroy what is on
        // its way out. Input from a pipe or a terminal may never end by itself, so it is closed
        // here.
        if (!is_socket) {
            in_.give_back();
        }
    }
}

void stdio_stream::close() {
    in_.give_back();
    shutdown_send();
}

} // namespace wsgate
