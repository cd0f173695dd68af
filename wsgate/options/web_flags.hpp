// The command line's options of the files that are served to browsers.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "service/option_list.hpp"
#include "wsgate/options/config.hpp"

#include <string>

namespace wsgate {

/// The value as it was written.
struct raw_web {
    std::string hsts;
};

/// Adds the options to the list; the values outlive the parsing.
void add_web_options(service::option_list&, raw_web&, config&);

/// To be called after the parsing. Throws service::bad_option.
void take_over(const raw_web&, config&);

} // namespace wsgate
