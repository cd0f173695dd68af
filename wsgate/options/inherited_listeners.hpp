// Sockets that a service manager or inetd(8) has opened for us become listeners.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "service/systemd.hpp"
#include "wsgate/options/config.hpp"

#include <vector>

namespace wsgate {

/// They take the place of the default listener, and stand beside others. Their names say where they
/// lead: "server", "viewer"; with any other, as paths say, or to the target of websockify's form.
void take_over(const std::vector<service::inherited_socket>&, config&);

/// The one on standard input, where nothing is to be read afterwards. Throws std::system_error.
[[nodiscard]] service::inherited_socket take_standard_input();

} // namespace wsgate
