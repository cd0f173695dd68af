// Skips an attempt that, by what the poller and the last attempt have said, would block.
// SPDX-License-Identifier: EUPL-1.2
#include "net/tcp_channel.hpp"

#include "net/pipe_pool.hpp"
#include "net/uninterrupted.hpp"

#include <boost/asio/error.hpp>

#include <algorithm>
#include <array>
#include <fcntl.h>
#include <limits>
#include <linux/socket.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

namespace net {

namespace {

const io_result later{0, asio::error::would_block};

} // namespace

void tcp_channel::watch(poller& p, poller::watcher& w) {
    if (!seat_.is_taken()) {
        seat_ = p.take_seat(socket_.get(), w);
        (void)seat_.give_to(w); // a seat that has moved wakes nobody
        if (!writable_) {
            seat_.await_room(socket_.get());
        }
        return;
    }
    note(seat_.give_to(w));
    if (readable_) { // the poller tells each change once, and the one before may have heard it
        p.again(w);
    }
}

void tcp_channel::has_room(bool so) {
    writable_ = so;
    if (!so && seat_.is_taken()) {
        seat_.await_room(socket_.get());
    }
}

void tcp_channel::leave_poller() {
    seat_.leave(socket_.get());
}

void tcp_channel::close() {
    seat_.leave();
    socket_ = unique_fd{};
}

unique_fd tcp_channel::release() {
    leave_poller();
    return std::move(socket_);
}

void tcp_channel::note(const ready& r) {
    readable_ = readable_ || r.to_read;
    writable_ = writable_ || r.to_write;
    unusual_ = unusual_ || r.unusual;
}

io_result tcp_channel::read_some(std::span<std::byte> into) {
    if (!readable_) {
        return later;
    }
    const auto result = receive(socket_.get(), into);
    const bool was_all = result.bytes < into.size() && !result.error && !unusual_;
    readable_ = !was_all && !result.would_block();
    return result;
}

io_result tcp_channel::write_some(std::span<const std::byte> from) {
    if (!writable_) {
        return later;
    }
    const auto result = send(socket_.get(), from);
    has_room(!result.would_block() && (result.error || result.bytes == from.size()));
    return result;
}

io_result tcp_channel::peek_some(std::span<std::byte> into) {
    if (!readable_) {
        return later;
    }
    const auto result = peek(socket_.get(), into);
    readable_ = !result.would_block();
    return result;
}

/// Whoever goes on to send is reset all the same.
void tcp_channel::discard_unread() const {
    constexpr int most_reads = 4;
    std::array<std::byte, std::size_t{16} * 1024> bytes; // NOLINT: nobody looks at them
    for (int i = 0; i < most_reads && receive(socket_.get(), bytes).bytes == bytes.size(); ++i) {
    }
}

io_result tcp_channel::read_into(pipe& p, std::size_t most) {
    if (!readable_) {
        return later;
    }
    p.is_fragmented = false;
    const auto result = outcome_of(uninterrupted([&] {
        return ::splice(socket_.get(), nullptr, p.write_end.get(), nullptr, most,
                        SPLICE_F_NONBLOCK);
    }));
    readable_ = !result.would_block();
    if (!result.error && result.bytes == 0) {
        return {0, asio::error::eof};
    }
    p.pending += result.bytes;
    // A pipe holds a number of pieces, each a part of a packet. Where it took little although there
    // is more to take, the pieces are small.
    if (result.bytes >= p.capacity / 8 && result.bytes < std::min(p.capacity / 2, most)) {
        int more = 0;
        p.is_fragmented = ::ioctl(socket_.get(), FIONREAD, &more) == 0 && more > 0;
    }
    return result;
}

io_result tcp_channel::write_from(pipe& p) {
    if (!writable_) {
        return later;
    }
    const auto result = outcome_of(uninterrupted([&] {
        return ::splice(p.read_end.get(), nullptr, socket_.get(), nullptr, p.pending,
                        SPLICE_F_NONBLOCK);
    }));
    has_room(!result.would_block());
    p.pending -= result.bytes;
    return result;
}

void tcp_channel::receive_ahead(receiving how) const {
    const auto set = [this](int level, int name, int value) {
        return ::setsockopt(socket_.get(), level, name, &value, sizeof value) == 0;
    };
    if (!set(SOL_SOCKET, SO_BUF_LOCK, SOCK_RCVBUF_LOCK) || how == receiving::as_born) {
        return;
    }
    // The kernel doubles both (socket(7)). Autotuning has measured with the lock on, and would not
    // grow beyond what fitted then: it goes on from a larger buffer and window.
    constexpr int little = 32 * 1024;
    constexpr int to_grow_from = 512 * 1024;
    (void)set(SOL_SOCKET, SO_RCVBUF, how == receiving::little ? little : to_grow_from);
    if (how == receiving::freely) {
        (void)set(IPPROTO_TCP, TCP_WINDOW_CLAMP, std::numeric_limits<int>::max());
        (void)set(SOL_SOCKET, SO_BUF_LOCK, 0);
    }
}

void tcp_channel::keep_unsent(int bytes) const {
    (void)::setsockopt(socket_.get(), IPPROTO_TCP, TCP_NOTSENT_LOWAT, &bytes, sizeof bytes);
}

void tcp_channel::shutdown_send() {
    (void)::shutdown(socket_.get(), SHUT_WR);
}

} // namespace net
