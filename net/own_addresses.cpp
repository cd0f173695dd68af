// Asks getifaddrs(3), and keeps the addresses of IPv4 and IPv6.
// SPDX-License-Identifier: EUPL-1.2
#include "net/own_addresses.hpp"

#include <cstring>
#include <ifaddrs.h>
#include <memory>
#include <netinet/in.h>

namespace net {

using asio::ip::address;
using asio::ip::address_v4;
using asio::ip::address_v6;

std::vector<address> own_addresses() {
    ifaddrs* raw = nullptr;
    if (::getifaddrs(&raw) != 0) {
        return {};
    }
    const std::unique_ptr<ifaddrs, decltype(&::freeifaddrs)> list(raw, ::freeifaddrs);
    std::vector<address> all;
    for (const auto* entry = list.get(); entry != nullptr; entry = entry->ifa_next) {
        if (entry->ifa_addr == nullptr) {
            continue;
        }
        if (entry->ifa_addr->sa_family == AF_INET) {
            sockaddr_in in{};
            std::memcpy(&in, entry->ifa_addr, sizeof in);
            all.emplace_back(address_v4{ntohl(in.sin_addr.s_addr)});
        } else if (entry->ifa_addr->sa_family == AF_INET6) {
            sockaddr_in6 in{};
            std::memcpy(&in, entry->ifa_addr, sizeof in);
            address_v6::bytes_type bytes{};
            std::memcpy(bytes.data(), &in.sin6_addr, bytes.size());
            all.emplace_back(address_v6{bytes});
        }
    }
    return all;
}

} // namespace net
