// Binds each side's port first, and listens on all of them at the end.
// SPDX-License-Identifier: EUPL-1.2
#include "repeater/ports.hpp"

#include <algorithm>
#include <iterator>
#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>

namespace repeater {

namespace {

using use = moved_listener::use;
using service::heirloom;

service::heirloom of(service::inherited_listeners& all, use whose) {
    return {all, static_cast<std::uint8_t>(whose)};
}

/// Throws std::runtime_error where a port cannot be had: the Perl's words for it, and the address.
std::vector<net::listener> listen_on_port(const config& c, rfb::side side, const heirloom& from) {
    const bool viewers = side == rfb::side::viewer;
    const auto port = viewers ? c.viewer_port : c.server_port;
    try {
        return service::listen_on(c.bind, port, c.tcp, from);
    } catch (const net::cannot_listen& e) {
        throw std::runtime_error(std::string{viewers ? "client" : "server"} + " listen on port " +
                                 std::to_string(port) + ": " + e.code().message() + " - " +
                                 net::to_string(e.at) + " (choose another with -c, -s or --bind)");
    }
}

/// What --listen says.
std::vector<net::listener> listen_at(const config& c, const listen_address& at,
                                     const heirloom& from, std::vector<net::socket_file>& files) {
    if (at.unix_path.empty()) {
        return service::listen_on(at.at, c.tcp, from);
    }
    std::vector<net::listener> all;
    files.push_back(service::socket_file_at(at.unix_path, c.unix_mode, from));
    all.emplace_back(files.back().take(), "unix:" + at.unix_path, c.tcp);
    return all;
}

/// Those of a side that are no doors, the port first.
std::vector<net::listener> listen(const config& c, rfb::side side, const heirloom& from,
                                  std::vector<net::socket_file>& files) {
    auto all = listen_on_port(c, side, from);
    try {
        for (const auto& at : c.listen) {
            if (at.side == side) {
                auto more = listen_at(c, at, from, files);
                std::move(more.begin(), more.end(), std::back_inserter(all));
            }
        }
    } catch (const std::system_error& e) {
        throw std::runtime_error(std::string{e.what()} + " (choose another with --listen)");
    }
    return all;
}

std::vector<net::listener> listen_at(const config& c, const door& d, const heirloom& from) {
    try {
        return service::listen_on(d.at, c.tcp, from);
    } catch (const std::system_error& e) {
        throw std::runtime_error(std::string{e.what()} +
                                 " (choose another with --door or --server-door)");
    }
}

} // namespace

void ports::listen() {
    for (auto& each : all) {
        each.listener.listen();
    }
}

ports open_ports(const config& c, service::inherited_listeners& inherited) {
    ports opened;
    const auto add = [&](std::vector<net::listener> several, rfb::side side,
                         const std::shared_ptr<const door>& rules) {
        for (auto& each : several) {
            opened.all.push_back({std::move(each), side, rules});
        }
    };
    for (const auto side : {rfb::side::viewer, rfb::side::server}) {
        add(listen(c, side, of(inherited, use_of(side)), opened.socket_files), side, nullptr);
    }
    for (const auto* const doors : {&c.doors, &c.server_doors}) {
        for (const auto& each : *doors) {
            add(listen_at(c, each, of(inherited, use_of(each.side))), each.side,
                std::make_shared<const door>(each));
        }
    }
    return opened;
}

service::admin_listeners open_admin(const config& c, service::inherited_listeners& inherited) {
    return service::open_admin(c.admin, c.tcp, of(inherited, use::operators));
}

} // namespace repeater
