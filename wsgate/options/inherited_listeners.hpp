// Makes listeners of sockets that a service manager or inetd(8) has opened for us.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "service/systemd.hpp"
#include "wsgate/options/config.hpp"

#include <vector>

namespace wsgate {

/// Adds the sockets to the configured listeners; the default listener is dropped. A socket named
/// "server" or "viewer" leads any path to that side's target; with another name the path decides,
/// or the target of websockify's form.
void take_over(const std::vector<service::inherited_socket>&, config&);

/// Takes the socket on standard input and puts /dev/null in its place. Throws std::system_error.
[[nodiscard]] service::inherited_socket take_standard_input();

} // namespace wsgate
