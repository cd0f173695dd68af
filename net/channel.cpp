// Attempts on a socket, and what their errors mean.
// SPDX-License-Identifier: EUPL-1.2
#include "net/channel.hpp"

#include "net/uninterrupted.hpp"

#include <boost/asio/error.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <linux/sockios.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

namespace net {

bool io_result::is_for_now(const error_code& ec) {
    const int value = ec.value();
    return (value == EAGAIN || value == EINTR) && ec.category() == boost::system::system_category();
}

io_result channel::unsupported() {
    return {0, asio::error::operation_not_supported};
}

io_result append_some(channel& from, std::vector<std::byte>& to, std::size_t most) {
    std::array<std::byte, 1024> buffer; // NOLINT: only what was read into it is looked at
    const auto got = from.read_some(std::span(buffer).first(std::min(most, buffer.size())));
    to.insert(to.end(), buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(got.bytes));
    return got;
}

io_result outcome_of(std::ptrdiff_t returned) {
    if (returned >= 0) {
        return {static_cast<std::size_t>(returned), {}};
    }
    return {0, {errno, boost::system::system_category()}};
}

namespace {

io_result receive(int fd, std::span<std::byte> into, int flags) {
    const auto result =
        outcome_of(uninterrupted([&] { return ::recv(fd, into.data(), into.size(), flags); }));
    if (!result.error && result.bytes == 0 && !into.empty()) {
        return {0, asio::error::eof};
    }
    return result;
}

} // namespace

io_result receive(int fd, std::span<std::byte> into) {
    return receive(fd, into, 0);
}

io_result peek(int fd, std::span<std::byte> into) {
    return receive(fd, into, MSG_PEEK);
}

std::size_t untaken_of(int fd) {
    int size = 0;
    return ::ioctl(fd, SIOCOUTQ, &size) == 0 && size > 0 ? static_cast<std::size_t>(size) : 0;
}

bool has_failed(int fd) {
    pollfd p{fd, 0, 0};
    return ::poll(&p, 1, 0) == 1 && (p.revents & POLLERR) != 0;
}

io_result send(int fd, std::span<const std::byte> from) {
    return outcome_of(
        uninterrupted([&] { return ::send(fd, from.data(), from.size(), MSG_NOSIGNAL); }));
}

} // namespace net
