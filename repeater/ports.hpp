// Where peers connect: the two ports and what --listen says.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/listener.hpp"
#include "net/socket_file.hpp"
#include "repeater/handover/inheritance.hpp"
#include "repeater/options/config.hpp"
#include "service/admin/admin.hpp"

#include <memory>
#include <optional>
#include <vector>

namespace repeater {

/// One listener, and who connects there.
struct open_port {
    net::listener listener;
    rfb::side side{};
    std::shared_ptr<const door> rules{}; ///< null: peers name their IDs themselves
};

struct ports {
    std::vector<net::socket_file> socket_files;
    std::vector<open_port> all; ///< of each side that of --viewer-port or --server-port first

    /// Where tcp_options::listens_later said so: listens now. Throws std::system_error.
    void listen();
};

/// Takes those of `inherited` that the configuration still wants, and binds the others. Throws
/// std::runtime_error that names the port or the path, and the options for another one.
[[nodiscard]] ports open_ports(const config&, service::inherited_listeners& inherited);

/// The same of the admin listener. Precondition: config.admin.is_on(). Throws std::system_error
/// that names the address.
[[nodiscard]] service::admin_listeners open_admin(const config&,
                                                  service::inherited_listeners& inherited);

} // namespace repeater
