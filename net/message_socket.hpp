// Messages from one process of this machine to another, with descriptors in them.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/nothrow.hpp"
#include "net/unique_fd.hpp"

#include <boost/system/result.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <span>
#include <sys/types.h>
#include <vector>

namespace net {

/// What one process tells another, and descriptors that become the other's as well (SCM_RIGHTS,
/// unix(7)).
struct message {
    std::vector<std::byte> bytes;
    std::vector<unique_fd> descriptors;
};

/// One end of two connected Unix sockets that keep messages apart (SOCK_SEQPACKET). Attempts never
/// block.
class message_socket {
public:
    static constexpr std::size_t max_bytes = std::size_t{64} * 1024; ///< of a message
    static constexpr std::size_t max_descriptors = 250;              ///< the kernel takes 253

    message_socket() = default;

    explicit message_socket(unique_fd socket) : socket_(std::move(socket)) {}

    /// Both ends. Children inherit neither. Throws std::system_error.
    [[nodiscard]] static std::array<message_socket, 2> make_pair();

    /// Sends all or nothing; the descriptors stay the caller's as well. Errors: would_block, where
    /// the other end has much to take, or too many descriptors are under way (unix(7),
    /// ETOOMANYREFS); broken_pipe where it has gone; the socket's.
    [[nodiscard]] error_code send(std::span<const std::byte>,
                                  std::span<const int> descriptors = {}) const;

    /// The next message. Errors: would_block; eof where the other end has gone; message_size where
    /// one had to be cut, for want of descriptors too; the socket's.
    [[nodiscard]] boost::system::result<message> receive() const;

    /// As send(), and waits for so long at most where it would block: timed_out.
    [[nodiscard]] error_code send_within(std::chrono::milliseconds, std::span<const std::byte>,
                                         std::span<const int> descriptors = {}) const;

    /// As receive(), and waits for so long at most where it would block: timed_out.
    [[nodiscard]] boost::system::result<message> receive_within(std::chrono::milliseconds) const;

    /// Whether the other end was made by a process of this user (SO_PEERCRED).
    [[nodiscard]] bool is_of(uid_t) const;

    [[nodiscard]] int native_handle() const { return socket_.get(); }

    [[nodiscard]] explicit operator bool() const { return static_cast<bool>(socket_); }

private:
    unique_fd socket_;
};

} // namespace net
