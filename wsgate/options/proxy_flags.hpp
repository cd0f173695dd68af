// The options of the PROXY protocol.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "service/option_list.hpp"
#include "wsgate/target/proxy_options.hpp"

#include <string>
#include <vector>

namespace wsgate {

/// As they were written.
struct raw_proxy {
    std::vector<std::string> send;
};

/// Both outlive the parsing.
void add_proxy_options(service::option_list&, raw_proxy&, proxy_options&);

/// After the parsing. Throws service::bad_option.
void take_over(const raw_proxy&, proxy_options&);

} // namespace wsgate
