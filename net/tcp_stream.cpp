// Non-blocking attempts on a socket, and waiting by Asio.
// SPDX-License-Identifier: EUPL-1.2
#include "net/tcp_stream.hpp"

namespace net {

tcp_stream::tcp_stream(const asio::any_io_executor& executor, connection& c)
    : socket_(executor, c.peer.protocol(), c.socket.get()), peer_(c.peer) {
    (void)c.socket.release();
    // The descriptor is non-blocking already; this tells Asio, which would otherwise ask again.
    socket_.native_non_blocking(true);
}

io_result tcp_stream::read_some(std::span<std::byte> into) {
    return receive(socket_.native_handle(), into);
}

io_result tcp_stream::write_some(std::span<const std::byte> from) {
    return send(socket_.native_handle(), from);
}

asio::awaitable<std::tuple<error_code>> tcp_stream::wait(readiness what) {
    return socket_.async_wait(what == readiness::read ? asio::ip::tcp::socket::wait_read
                                                      : asio::ip::tcp::socket::wait_write,
                              nothrow);
}

asio::awaitable<std::tuple<error_code>> tcp_stream::wait_for_error() {
    return socket_.async_wait(asio::ip::tcp::socket::wait_error, nothrow);
}

std::size_t tcp_stream::untaken() {
    return socket_.is_open() ? untaken_of(socket_.native_handle()) : 0;
}

bool tcp_stream::is_broken() {
    return socket_.is_open() && has_failed(socket_.native_handle());
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
