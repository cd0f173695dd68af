// The options of the PROXY protocol.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "wsgate/target/proxy_options.hpp"

#include <string>
#include <vector>

namespace CLI { // NOLINT(readability-identifier-naming): the library's own
class App;
} // namespace CLI

namespace wsgate {

/// As they were written.
struct raw_proxy {
    std::vector<std::string> send;
};

/// Both outlive the parsing.
void add_proxy_options(CLI::App&, raw_proxy&, proxy_options&);

/// After the parsing. Throws CLI::ValidationError.
void take_over(const raw_proxy&, proxy_options&);

} // namespace wsgate
