// The command line's options of the files that are served to browsers.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "service/option_list.hpp"
#include "wsgate/options/config.hpp"

namespace wsgate {

/// Adds the options to the list; `c` outlives the parsing.
void add_web_options(service::option_list&, config& c);

} // namespace wsgate
