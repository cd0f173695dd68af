// Non-blocking attempts on a socket, as far as they are worth making.
// SPDX-License-Identifier: EUPL-1.2
#include "net/tcp_stream.hpp"

#include "net/uninterrupted.hpp"

#include <boost/asio/error.hpp>

#include <poll.h>
#include <sys/socket.h>
#include <utility>

namespace net {

tcp_stream::tcp_stream(const asio::any_io_executor& executor, connection& c, enum peer p)
    : socket_(std::move(c.socket)), peer_(c.peer), watch_(executor, p == peer::may_have_spoken) {}

io_result tcp_stream::read_some(std::span<std::byte> into) {
    if (!watch_.may(readiness::read)) {
        return {0, asio::error::would_block};
    }
    const auto result = receive(socket_.get(), into);
    const bool was_all = result.bytes < into.size() && !result.error && !watch_.unusual();
    if (was_all || result.would_block()) {
        watch_.blocked(readiness::read);
    }
    return result;
}

io_result tcp_stream::peek(std::span<std::byte> into) {
    if (!watch_.may(readiness::read)) {
        return {0, asio::error::would_block};
    }
    const auto result = net::peek(socket_.get(), into);
    if (result.would_block()) {
        watch_.blocked(readiness::read);
    }
    return result;
}

io_result tcp_stream::write_some(std::span<const std::byte> from) {
    if (!watch_.may(readiness::write)) {
        return {0, asio::error::would_block};
    }
    const auto result = send(socket_.get(), from);
    if (result.would_block() || (!result.error && result.bytes < from.size())) {
        watch_.blocked(readiness::write);
    }
    return result;
}

asio::awaitable<std::tuple<error_code>> tcp_stream::wait(readiness what) {
    return watch_.wait(socket_.get(), what);
}

void tcp_stream::watch(stream_watcher* w) {
    watch_.watch(socket_.get(), w);
}

asio::awaitable<std::tuple<error_code>> tcp_stream::wait_for_end() {
    return watch_.wait_for_end(socket_.get());
}

bool tcp_stream::takes_bytes() {
    pollfd p{socket_.get(), POLLOUT, 0};
    if (watch_.may(readiness::write) && ::poll(&p, 1, 0) == 0) {
        watch_.blocked(readiness::write);
    }
    return watch_.may(readiness::write);
}

std::size_t tcp_stream::untaken() {
    return socket_ ? untaken_of(socket_.get()) : 0;
}

bool tcp_stream::is_broken() {
    return socket_ && has_failed(socket_.get());
}

void tcp_stream::shutdown_send() {
    (void)::shutdown(socket_.get(), SHUT_WR);
}

void tcp_stream::close() {
    watch_.close();
    socket_ = unique_fd{};
}

connection tcp_stream::detach(std::vector<std::byte> early) {
    watch_.release(socket_.get());
    return {std::move(socket_), peer_, std::move(early)};
}

} // namespace net
