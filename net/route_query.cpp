// Netlink names the type of a route; without netlink a connected datagram socket shows it.
// SPDX-License-Identifier: EUPL-1.2
#include "net/route_query.hpp"

#include "net/unique_fd.hpp"

#include <boost/asio/ip/udp.hpp>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <netinet/in.h>
#include <sys/socket.h>

namespace net {

namespace {

using asio::ip::address;
using asio::ip::address_v4;
using asio::ip::address_v6;
using asio::ip::udp;

/// Any port: connecting a datagram socket sends nothing.
constexpr std::uint16_t some_port = 9;

/// A scope is kept: a link-local address means nothing without it.
address as_connected(const address& a) {
    return a.is_v6() && a.to_v6().is_v4_mapped()
               ? address{asio::ip::make_address_v4(asio::ip::v4_mapped, a.to_v6())}
               : a;
}

/// An error of connect(2), or of a request for a route, that says that there is none.
bool means_no_route(int error) {
    return error == ENETUNREACH || error == EHOSTUNREACH || error == EADDRNOTAVAIL ||
           error == EACCES || error == EINVAL || error == EAFNOSUPPORT;
}

struct route_request {
    nlmsghdr head{};
    rtmsg what{};
    rtattr attribute{};
    std::array<unsigned char, sizeof(in6_addr)> destination{};
};

route_request request_for(const address& to) {
    route_request r;
    const auto fill = [&r](const auto& bytes) {
        std::memcpy(r.destination.data(), bytes.data(), bytes.size());
        return bytes.size();
    };
    const auto size = to.is_v4() ? fill(to.to_v4().to_bytes()) : fill(to.to_v6().to_bytes());
    r.head.nlmsg_len = static_cast<std::uint32_t>(offsetof(route_request, destination) + size);
    r.head.nlmsg_type = RTM_GETROUTE;
    r.head.nlmsg_flags = NLM_F_REQUEST;
    r.what.rtm_family = to.is_v4() ? AF_INET : AF_INET6;
    r.what.rtm_dst_len = static_cast<unsigned char>(size * 8);
    r.attribute.rta_len = static_cast<unsigned short>(RTA_LENGTH(size));
    r.attribute.rta_type = RTA_DST;
    return r;
}

route meaning_of_type(unsigned char type) {
    switch (type) {
    case RTN_LOCAL:
    case RTN_ANYCAST: // one that we answer at
        return route::local;
    case RTN_UNREACHABLE:
    case RTN_BLACKHOLE:
    case RTN_PROHIBIT:
        return route::none;
    default:
        return route::elsewhere;
    }
}

/// Nothing where the answer is none of a route.
std::optional<route> read_answer(const unsigned char* bytes, std::size_t size) {
    nlmsghdr head{};
    if (size < NLMSG_HDRLEN) {
        return std::nullopt;
    }
    std::memcpy(&head, bytes, sizeof head);
    bytes += NLMSG_HDRLEN;
    size -= NLMSG_HDRLEN;
    if (head.nlmsg_type == NLMSG_ERROR && size >= sizeof(int)) {
        int error = 0; // the first member of a nlmsgerr, negative
        std::memcpy(&error, bytes, sizeof error);
        return means_no_route(-error) ? std::optional{route::none} : std::nullopt;
    }
    if (head.nlmsg_type == RTM_NEWROUTE && size >= sizeof(rtmsg)) {
        rtmsg what{};
        std::memcpy(&what, bytes, sizeof what);
        return meaning_of_type(what.rtm_type);
    }
    return std::nullopt;
}

/// What a connected datagram socket tells of its route.
struct seen_route {
    address source;
    int mtu = 0;
};

/// Negative: the error of the call that failed.
int read_mtu(int fd, bool is_v4) {
    int mtu = 0;
    socklen_t size = sizeof mtu;
    const int got = is_v4 ? ::getsockopt(fd, IPPROTO_IP, IP_MTU, &mtu, &size)
                          : ::getsockopt(fd, IPPROTO_IPV6, IPV6_MTU, &mtu, &size);
    return got == 0 ? mtu : -errno;
}

/// Nothing, and errno set, where there is no route or it cannot be asked for.
std::optional<seen_route> look_at_route(const address& to) {
    const udp::endpoint there{to, some_port};
    const unique_fd probe{
        ::socket(there.protocol().family(), SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
    if (!probe || ::connect(probe.get(), there.data(), static_cast<socklen_t>(there.size())) != 0) {
        return std::nullopt;
    }
    udp::endpoint here;
    auto size = static_cast<socklen_t>(here.capacity());
    const int mtu = read_mtu(probe.get(), to.is_v4());
    if (mtu < 0 || ::getsockname(probe.get(), here.data(), &size) != 0) {
        errno = mtu < 0 ? -mtu : errno;
        return std::nullopt;
    }
    return seen_route{here.address(), mtu};
}

bool is_same_host(const address& a, const address& b) {
    return a.is_v4() == b.is_v4() &&
           (a.is_v4() ? a == b : a.to_v6().to_bytes() == b.to_v6().to_bytes());
}

} // namespace

std::optional<route> route_by_netlink(const address& a) {
    const auto request = request_for(as_connected(a));
    const unique_fd socket{::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE)};
    if (!socket || ::send(socket.get(), &request, request.head.nlmsg_len, 0) < 0) {
        return std::nullopt;
    }
    // The kernel has answered by the time that send() returns.
    std::array<unsigned char, 4096> answer{};
    const auto got = ::recv(socket.get(), answer.data(), answer.size(), MSG_DONTWAIT);
    return got < 0 ? std::nullopt : read_answer(answer.data(), static_cast<std::size_t>(got));
}

// The source is the address itself for most that are ours. It is not for a second address of an
// IPv4 interface, whose source is the first one, nor for an IPv6 network that is local by a route.
route route_by_socket(const address& a) {
    const auto to = as_connected(a);
    const auto seen = look_at_route(to);
    if (!seen) {
        return means_no_route(errno) ? route::none : route::unknown;
    }
    if (is_same_host(seen->source, to)) {
        return route::local;
    }
    const auto loopback = look_at_route(to.is_v4() ? address{address_v4::loopback()}
                                                   : address{address_v6::loopback()});
    if (!loopback) {
        return route::unknown;
    }
    return seen->mtu >= loopback->mtu ? route::local : route::elsewhere;
}

route route_to(const address& a) {
    const auto told = route_by_netlink(a);
    return told ? *told : route_by_socket(a);
}

} // namespace net
