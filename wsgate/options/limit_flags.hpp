// The options that say how long things may take, and how large they may be.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "service/option_list.hpp"
#include "wsgate/options/config.hpp"

namespace wsgate {

/// `c` outlives the parsing. --pong-timeout: where it is not given, who parses sets it.
void add_limit_options(service::option_list&, config& c);

} // namespace wsgate
