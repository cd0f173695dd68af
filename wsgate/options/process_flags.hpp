// The command line's options of the process: background, user, when to end.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "service/option_list.hpp"
#include "wsgate/options/process_options.hpp"

namespace wsgate {

void add_process_options(service::option_list&, process_options&);

} // namespace wsgate
