// Non-blocking attempts on a socket, and waiting by Asio.
// SPDX-License-Identifier: EUPL-1.2
#include "net/tcp_stream.hpp"

#include "net/pipe_pool.hpp"

#include <boost/asio/error.hpp>

#include <cerrno>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

namespace net {

namespace {

io_result outcome(ssize_t n) {
    if (n >= 0) {
        return {static_cast<std::size_t>(n), {}};
    }
    return {0, {errno, boost::system::system_category()}};
}

} // namespace

bool io_result::would_block() const {
    return error == asio::error::would_block || error == asio::error::try_again ||
           error == asio::error::interrupted;
}

io_result stream::unsupported() {
    return {0, asio::error::operation_not_supported};
}

tcp_stream::tcp_stream(const asio::any_io_executor& executor, connection& c)
    : socket_(executor, c.peer.protocol(), c.socket.get()), peer_(c.peer) {
    (void)c.socket.release();
    // The descriptor is non-blocking already; this tells Asio, which would otherwise ask again.
    socket_.native_non_blocking(true);
}

io_result tcp_stream::read_some(std::span<std::byte> into) {
    const auto result = outcome(::recv(socket_.native_handle(), into.data(), into.size(), 0));
    if (!result.error && result.bytes == 0 && !into.empty()) {
        return {0, asio::error::eof};
    }
    return result;
}

io_result tcp_stream::write_some(std::span<const std::byte> from) {
    return outcome(::send(socket_.native_handle(), from.data(), from.size(), MSG_NOSIGNAL));
}

io_result tcp_stream::read_into(pipe& p) {
    const auto result = outcome(::splice(socket_.native_handle(), nullptr, p.write_end.get(),
                                         nullptr, p.capacity, SPLICE_F_NONBLOCK));
    if (!result.error && result.bytes == 0) {
        return {0, asio::error::eof};
    }
    p.pending += result.bytes;
    // A pipe holds a number of pieces, each a part of a packet. Where it took little although there
    // is more to take, the pieces are small.
    if (!result.error && result.bytes < p.capacity / 2) {
        int more = 0;
        p.is_fragmented = ::ioctl(socket_.native_handle(), FIONREAD, &more) == 0 && more > 0 &&
                          result.bytes >= p.capacity / 8;
    }
    return result;
}

io_result tcp_stream::write_from(pipe& p) {
    const auto result = outcome(::splice(p.read_end.get(), nullptr, socket_.native_handle(),
                                         nullptr, p.pending, SPLICE_F_NONBLOCK));
    p.pending -= result.bytes;
    return result;
}

asio::awaitable<std::tuple<error_code>> tcp_stream::wait(readiness what) {
    return socket_.async_wait(what == readiness::read ? asio::ip::tcp::socket::wait_read
                                                      : asio::ip::tcp::socket::wait_write,
                              nothrow);
}

asio::awaitable<std::tuple<error_code>> tcp_stream::wait_for_error() {
    return socket_.async_wait(asio::ip::tcp::socket::wait_error, nothrow);
}

void tcp_stream::shutdown_send() {
    error_code ignored;
    socket_.shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
}

void tcp_stream::close() {
    error_code ignored;
    socket_.close(ignored);
}

connection tcp_stream::detach(std::vector<std::byte> early) {
    error_code ec;
    unique_fd fd{socket_.release(ec)};
    return {std::move(fd), peer_, std::move(early)};
}

} // namespace net
