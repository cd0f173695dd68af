// The command line's options of the PROXY protocol.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "service/option_list.hpp"
#include "wsgate/target/proxy_options.hpp"

#include <string>
#include <vector>

namespace wsgate {

/// The values as they were written.
struct raw_proxy {
    std::vector<std::string> send;
};

/// Adds the options to the list; both values outlive the parsing.
void add_proxy_options(service::option_list&, raw_proxy&, proxy_options&);

/// To be called after the parsing: turns what was written into the configuration. Throws
/// service::bad_option.
void take_over(const raw_proxy&, proxy_options&);

} // namespace wsgate
