// Asks getifaddrs(3), and keeps the addresses of IPv4 and IPv6; without it, asks bind(2).
// SPDX-License-Identifier: EUPL-1.2
#include "net/own_addresses.hpp"

#include "net/unique_fd.hpp"

#include <boost/asio/ip/udp.hpp>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <ifaddrs.h>
#include <memory>
#include <netinet/in.h>
#include <sys/socket.h>

namespace net {

using asio::ip::address;
using asio::ip::address_v4;
using asio::ip::address_v6;

own_addresses::own_addresses() {
    ifaddrs* raw = nullptr;
    if (::getifaddrs(&raw) != 0) {
        error_ = {errno, boost::system::system_category()};
        return;
    }
    const std::unique_ptr<ifaddrs, decltype(&::freeifaddrs)> list(raw, ::freeifaddrs);
    for (const auto* entry = list.get(); entry != nullptr; entry = entry->ifa_next) {
        if (entry->ifa_addr == nullptr) {
            continue;
        }
        if (entry->ifa_addr->sa_family == AF_INET) {
            sockaddr_in in{};
            std::memcpy(&in, entry->ifa_addr, sizeof in);
            all_.emplace_back(address_v4{ntohl(in.sin_addr.s_addr)});
        } else if (entry->ifa_addr->sa_family == AF_INET6) {
            sockaddr_in6 in{};
            std::memcpy(&in, entry->ifa_addr, sizeof in);
            address_v6::bytes_type bytes{};
            std::memcpy(bytes.data(), &in.sin6_addr, bytes.size());
            all_.emplace_back(address_v6{bytes});
        }
    }
}

bool own_addresses::contains(const address& a) const {
    return error_ ? may_be_bound(a) : std::find(all_.begin(), all_.end(), a) != all_.end();
}

// A datagram socket takes no port from anybody. EADDRNOTAVAIL alone says that the address is not
// ours; any other error says nothing.
bool may_be_bound(const address& a) {
    const asio::ip::udp::endpoint at{a, 0};
    const unique_fd probe{::socket(at.protocol().family(), SOCK_DGRAM | SOCK_CLOEXEC, 0)};
    return !probe || ::bind(probe.get(), at.data(), static_cast<socklen_t>(at.size())) == 0 ||
           errno != EADDRNOTAVAIL;
}

} // namespace net
