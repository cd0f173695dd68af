// The Perl can be started by a web server (CGI); we are not.                  repeater spec 5.3
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "repeater/options/arguments.hpp"

namespace repeater {

/// True where the Perl would take its settings from the request in these variables (RFC 3875 4.1).
[[nodiscard]] bool is_web_request(const environment&);

/// True where such a request has help=1 or help=true in its query.
[[nodiscard]] bool asks_for_help(const environment&);

} // namespace repeater
