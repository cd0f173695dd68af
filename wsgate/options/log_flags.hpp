// The command line's options of the log, for the gateway and the tunnel.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "service/log.hpp"
#include "service/log_line.hpp"
#include "service/option_list.hpp"

#include <string>

namespace wsgate {

/// The values outlive the parsing. These are several functions because the tunnel has no --syslog.
void add_log_file(service::option_list&, std::string& file);
void add_syslog(service::option_list&, std::string& where);
void add_log_lines(service::option_list&, service::log_format&, service::log_level&);

} // namespace wsgate
