// Finds a listener by the address to which it is bound, or by the path.
// SPDX-License-Identifier: EUPL-1.2
#include "service/handover/heirloom.hpp"

#include <algorithm>
#include <iterator>

namespace service {

template <class Condition>
std::optional<net::unique_fd> heirloom::take(Condition is_it) const {
    const auto found = std::find_if(all_->begin(), all_->end(), [&](const auto& each) {
        return each.whose == whose_ && is_it(each);
    });
    if (found == all_->end()) {
        return std::nullopt;
    }
    auto socket = std::move(found->socket);
    all_->erase(found);
    return socket;
}

std::optional<net::unique_fd> heirloom::at(const asio::ip::address& a, std::uint16_t port) const {
    return take([&](const inherited_listener& each) {
        const auto here = net::local_address(each.socket.get());
        return here && here->address() == a && (port == 0 || here->port() == port);
    });
}

std::optional<net::unique_fd> heirloom::at(const std::string& unix_path) const {
    return take([&](const inherited_listener& each) { return each.name == "unix:" + unix_path; });
}

/// A process that listened everywhere did so without IPv6 where there is none.
std::vector<net::listener> listen_on(const std::vector<asio::ip::address>& at, std::uint16_t port,
                                     const net::tcp_options& tcp, const heirloom& from) {
    const auto wanted = at.empty() ? std::vector<asio::ip::address>{asio::ip::address_v4::any(),
                                                                    asio::ip::address_v6::any()}
                                   : at;
    std::vector<net::listener> all;
    std::vector<asio::ip::address> missing;
    for (const auto& each : wanted) {
        if (auto socket = from.at(each, port)) {
            all.emplace_back(std::move(*socket), "", tcp);
            port = all.front().local().port();
        } else {
            missing.push_back(each);
        }
    }
    if (all.empty()) {
        return net::listen_on(at, port, tcp);
    }
    if (!at.empty() && !missing.empty()) {
        auto more = net::listen_on(missing, port, tcp);
        std::move(more.begin(), more.end(), std::back_inserter(all));
    }
    return all;
}

std::vector<net::listener> listen_on(const net::listen_at& at, const net::tcp_options& tcp,
                                     const heirloom& from) {
    std::vector<asio::ip::address> addresses;
    if (at.address) {
        addresses.push_back(*at.address);
    }
    return listen_on(addresses, at.port, tcp, from);
}

net::socket_file socket_file_at(const std::string& path, unsigned mode, const heirloom& from) {
    if (auto socket = from.at(path)) {
        if (auto adopted = net::socket_file::adopt(path, std::move(*socket))) {
            return std::move(*adopted);
        }
    }
    return {path, mode};
}

admin_listeners open_admin(const admin_options& o, const net::tcp_options& tcp,
                           const heirloom& from) {
    admin_listeners all;
    if (o.unix_path.empty()) {
        all.all = listen_on(*o.listen, tcp, from);
        return all;
    }
    auto socket = from.at(o.unix_path);
    auto file = socket ? net::socket_file::adopt(o.unix_path, std::move(*socket)) : std::nullopt;
    if (!file) {
        return open_admin(o, tcp);
    }
    all.file.emplace(std::move(*file));
    all.all.emplace_back(all.file->take(), "unix:" + o.unix_path, tcp);
    return all;
}

} // namespace service
