// The options of the admin listener.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "service/admin/admin_options.hpp"
#include "service/option_list.hpp"

#include <string>
#include <vector>

namespace service {

/// The values as they were written.
struct raw_admin {
    std::string listen;
    std::vector<std::string> allow;
};

/// Adds the options to the list; both values outlive the parsing.
void add_admin_options(option_list&, raw_admin&, admin_options&);

/// To be called after the parsing: turns what was written into the configuration. Throws
/// bad_option.
void take_over(const raw_admin&, admin_options&);

} // namespace service
