// The options of the admin listener.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "wsgate/ops/admin_options.hpp"

#include <string>
#include <vector>

namespace CLI { // NOLINT(readability-identifier-naming): the library's own
class App;
} // namespace CLI

namespace wsgate {

/// As they were written.
struct raw_admin {
    std::string listen;
    std::vector<std::string> allow;
};

/// Outlives the parsing.
void add_admin_options(CLI::App&, raw_admin&);

/// After the parsing. Throws CLI::ValidationError.
void take_over(const raw_admin&, admin_options&);

} // namespace wsgate
