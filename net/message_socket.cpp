// sendmsg(2) and recvmsg(2) with SCM_RIGHTS.
// SPDX-License-Identifier: EUPL-1.2
#include "net/message_socket.hpp"

#include "net/uninterrupted.hpp"

#include <boost/asio/error.hpp>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <poll.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <system_error>
#include <utility>

namespace net {

namespace {

using clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr std::size_t control_size = CMSG_SPACE(sizeof(int) * message_socket::max_descriptors);

/// Room for the descriptors of a message, aligned as the system wants it.
struct control_buffer {
    alignas(cmsghdr) std::array<std::byte, control_size> bytes{};
};

error_code last_error() {
    return {errno, boost::system::system_category()};
}

// NOLINTBEGIN(*-union-access, *-reinterpret-cast, *-pointer-arithmetic): the system's macros

void put(std::span<const int> descriptors, msghdr& to, control_buffer& control) {
    if (descriptors.empty()) {
        return;
    }
    to.msg_control = control.bytes.data();
    to.msg_controllen = CMSG_SPACE(descriptors.size_bytes());
    auto* const head = CMSG_FIRSTHDR(&to);
    head->cmsg_level = SOL_SOCKET;
    head->cmsg_type = SCM_RIGHTS;
    head->cmsg_len = CMSG_LEN(descriptors.size_bytes());
    std::memcpy(CMSG_DATA(head), descriptors.data(), descriptors.size_bytes());
}

/// Takes all of them, so that none is left open by a message that is of no use.
std::vector<unique_fd> descriptors_of(msghdr& from) {
    std::vector<unique_fd> all;
    for (auto* head = CMSG_FIRSTHDR(&from); head != nullptr; head = CMSG_NXTHDR(&from, head)) {
        if (head->cmsg_level != SOL_SOCKET || head->cmsg_type != SCM_RIGHTS) {
            continue;
        }
        const auto count = (head->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        for (std::size_t i = 0; i < count; ++i) {
            int fd = -1;
            std::memcpy(&fd, CMSG_DATA(head) + i * sizeof(int), sizeof fd);
            all.emplace_back(fd);
        }
    }
    return all;
}

// NOLINTEND(*-union-access, *-reinterpret-cast, *-pointer-arithmetic)

/// Waits until the socket is ready, or for so long. Descriptors that are under way do not make it
/// busy: then the wait is short.
void wait_for(int fd, short what, milliseconds at_most) {
    constexpr auto briefly = milliseconds(2);
    pollfd p{fd, what, 0};
    const bool is_ready = ::poll(&p, 1, 0) > 0;
    const auto time = is_ready ? std::min(at_most, briefly) : at_most;
    pollfd nothing{is_ready ? -1 : fd, what, 0};
    (void)::poll(&nothing, 1, static_cast<int>(time.count()));
}

/// Calls `attempt`, which returns an error, until it is another than would_block.
template <class Attempt>
error_code try_within(milliseconds limit, int fd, short what, Attempt attempt) {
    const auto end = clock::now() + limit;
    for (;;) {
        const error_code ec = attempt();
        if (ec != asio::error::would_block) {
            return ec;
        }
        const auto left = std::chrono::ceil<milliseconds>(end - clock::now());
        if (left.count() <= 0) {
            return asio::error::timed_out;
        }
        wait_for(fd, what, left);
    }
}

} // namespace

std::array<message_socket, 2> message_socket::make_pair() {
    std::array<int, 2> ends{};
    if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends.data()) != 0) {
        throw std::system_error(errno, std::generic_category(), "socketpair");
    }
    return {message_socket{unique_fd{ends[0]}}, message_socket{unique_fd{ends[1]}}};
}

error_code message_socket::send(std::span<const std::byte> bytes,
                                std::span<const int> descriptors) const {
    iovec part{const_cast<std::byte*>(bytes.data()), bytes.size()}; // NOLINT: the system's type
    msghdr all{};
    all.msg_iov = &part;
    all.msg_iovlen = 1;
    control_buffer control;
    put(descriptors, all, control);
    const auto sent = uninterrupted([&] { return ::sendmsg(socket_.get(), &all, MSG_NOSIGNAL); });
    if (sent >= 0) {
        return {};
    }
    return errno == ETOOMANYREFS ? error_code{asio::error::would_block} : last_error();
}

boost::system::result<message> message_socket::receive() const {
    std::array<std::byte, max_bytes> buffer; // NOLINT: only what was received into it is looked at
    iovec part{buffer.data(), buffer.size()};
    control_buffer control;
    msghdr all{};
    all.msg_iov = &part;
    all.msg_iovlen = 1;
    all.msg_control = control.bytes.data();
    all.msg_controllen = control.bytes.size();
    const auto got =
        uninterrupted([&] { return ::recvmsg(socket_.get(), &all, MSG_CMSG_CLOEXEC); });
    if (got < 0) {
        return last_error();
    }
    message m;
    m.descriptors = descriptors_of(all);
    if ((all.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0) { // NOLINT: the system's ints
        return error_code{asio::error::message_size};
    }
    if (got == 0) { // nobody sends empty messages
        return error_code{asio::error::eof};
    }
    m.bytes.assign(buffer.begin(), buffer.begin() + got);
    return m;
}

error_code message_socket::send_within(milliseconds limit, std::span<const std::byte> bytes,
                                       std::span<const int> descriptors) const {
    return try_within(limit, socket_.get(), POLLOUT, [&] { return send(bytes, descriptors); });
}

boost::system::result<message> message_socket::receive_within(milliseconds limit) const {
    boost::system::result<message> got = error_code{asio::error::timed_out};
    const auto ec = try_within(limit, socket_.get(), POLLIN, [&] {
        got = receive();
        return got ? error_code{} : got.error();
    });
    return ec ? boost::system::result<message>{ec} : std::move(got);
}

bool message_socket::is_of(uid_t user) const {
    ucred maker{};
    socklen_t size = sizeof maker;
    return ::getsockopt(socket_.get(), SOL_SOCKET, SO_PEERCRED, &maker, &size) == 0 &&
           maker.uid == user;
}

} // namespace net
