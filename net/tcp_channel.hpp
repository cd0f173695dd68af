// A TCP connection whose readiness is told by a poller.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/channel.hpp"
#include "net/poller.hpp"
#include "net/unique_fd.hpp"

#include <cstdint>

namespace net {

/// Remembers what would block, so that an attempt which cannot succeed costs no system call: one
/// read a wake-up where all fits into its buffer. A value: from one owner to the next it stays
/// known to the poller, with all that is known of it.
class tcp_channel final : public channel {
public:
    /// `readable`: whether an attempt may be worth making before the poller has said so.
    explicit tcp_channel(unique_fd socket, bool readable = false)
        : socket_(std::move(socket)), readable_(readable) {}

    tcp_channel(const tcp_channel&) = delete;
    tcp_channel& operator=(const tcp_channel&) = delete;
    tcp_channel(tcp_channel&&) noexcept = default;
    tcp_channel& operator=(tcp_channel&&) noexcept = default;
    ~tcp_channel() override = default;

    /// From now on the watcher is woken; soon, if there may be something to do. To be said anew
    /// after a move. Throws std::system_error: out of memory or of watches.
    void watch(poller&, poller::watcher&);

    /// Ends that, so that another thread may take the channel.
    void leave_poller();

    /// Nothing is expected from the peer yet, so that no attempt is made before the poller says so.
    void expect_nothing() { readable_ = false; }

    /// Takes in what the poller has said of the socket.
    void note(const ready&);

    [[nodiscard]] io_result read_some(std::span<std::byte>) override;
    [[nodiscard]] io_result write_some(std::span<const std::byte>) override;

    /// Throws away what has come and was not read: closed with it, the connection would be reset.
    void discard_unread() const;

    /// Reads what stays in the socket.
    [[nodiscard]] io_result peek_some(std::span<std::byte>);

    [[nodiscard]] bool can_splice() const override { return true; }

    [[nodiscard]] io_result read_into(pipe&, std::size_t most) override;
    [[nodiscard]] io_result write_from(pipe&) override;
    void shutdown_send() override;

    void close() override;

    /// Gives the socket away; the channel is of no more use.
    [[nodiscard]] unique_fd release();

    /// How much the kernel receives ahead of us.
    enum class receiving : std::uint8_t {
        freely,  ///< what its autotuning finds right, which may be megabytes
        as_born, ///< what it gives every socket at first
        little,  ///< once it holds no more than this, so much: 64 KiB, with what it needs itself
    };

    /// What the kernel has received already stays. Does nothing before Linux 5.14, which has no
    /// SO_BUF_LOCK: there it could not be taken back.
    void receive_ahead(receiving) const;

    /// How many bytes the kernel takes from us beyond what is under way to the peer.
    void keep_unsent(int bytes) const;

    [[nodiscard]] int native_handle() const { return socket_.get(); }

    /// The peer has closed or broken off, although there may be bytes left to read.
    [[nodiscard]] bool unusual() const { return unusual_; }

private:
    void has_room(bool);

    unique_fd socket_;
    poller::seat seat_;
    bool readable_;
    bool writable_ = true;
    bool unusual_ = false; ///< a read that brings less than it could need not be the last
};

} // namespace net
