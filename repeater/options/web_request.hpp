// Recognises that a web server has started us (CGI), which the Perl obeys.       repeater spec 5.3
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "repeater/options/environment.hpp"

#include <string>
#include <vector>

namespace repeater {

/// The names of the variables that are looked at.
[[nodiscard]] std::vector<std::string> request_variables();

/// True where the Perl would take its settings from the request in these variables (RFC 3875 4.1).
[[nodiscard]] bool is_web_request(const environment&);

/// True where such a request has help=1 or help=true in its query.
[[nodiscard]] bool asks_for_help(const environment&);

} // namespace repeater
