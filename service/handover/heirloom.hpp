// Listening sockets that another process has bound, for one that takes over from it.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/listener.hpp"
#include "net/socket_file.hpp"
#include "net/unique_fd.hpp"
#include "service/admin/admin.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace service {

struct inherited_listener {
    std::uint8_t whose = 0; ///< for whom it is, as the program numbers them
    std::string name;       ///< "203.0.113.9:5900", or "unix:/PATH"
    net::unique_fd socket;
};

using inherited_listeners = std::vector<inherited_listener>;

/// Gives out what is inherited for one use, each listener once.
class heirloom {
public:
    heirloom(inherited_listeners& all, std::uint8_t whose) : all_(&all), whose_(whose) {}

    /// A listener on this address and port; port 0: on any.
    [[nodiscard]] std::optional<net::unique_fd> at(const asio::ip::address&,
                                                   std::uint16_t port) const;

    [[nodiscard]] std::optional<net::unique_fd> at(const std::string& unix_path) const;

private:
    template <class Condition>
    [[nodiscard]] std::optional<net::unique_fd> take(Condition) const;

    inherited_listeners* all_;
    std::uint8_t whose_;
};

// What is inherited is taken, and the rest is bound.

/// As net::listen_on(). Throws net::cannot_listen.
[[nodiscard]] std::vector<net::listener> listen_on(const std::vector<asio::ip::address>&,
                                                   std::uint16_t port, const net::tcp_options&,
                                                   const heirloom&);
[[nodiscard]] std::vector<net::listener> listen_on(const net::listen_at&, const net::tcp_options&,
                                                   const heirloom&);

/// As net::socket_file's constructor. Throws std::system_error that names the path.
[[nodiscard]] net::socket_file socket_file_at(const std::string& path, unsigned mode,
                                              const heirloom&);

/// As service::open_admin(). Precondition: is_on(). Throws std::system_error that names the
/// address.
[[nodiscard]] admin_listeners open_admin(const admin_options&, const net::tcp_options&,
                                         const heirloom&);

} // namespace service
