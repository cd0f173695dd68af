// The options that say how the gateway lives as a process.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "wsgate/options/process_options.hpp"

namespace CLI { // NOLINT(readability-identifier-naming): the library's own
class App;
} // namespace CLI

namespace wsgate {

void add_process_options(CLI::App&, process_options&);

} // namespace wsgate
