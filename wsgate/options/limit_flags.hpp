// The command line's options of limits: times, the size of frames, the number of threads.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "service/option_list.hpp"
#include "wsgate/options/config.hpp"

namespace wsgate {

/// Adds the options to the list; `c` outlives the parsing. The default of --pong-timeout depends on
/// --ping, and so is set by gateway_options::finish().
void add_limit_options(service::option_list&, config& c);

} // namespace wsgate
