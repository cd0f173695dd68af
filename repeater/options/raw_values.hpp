// Values of options as text or number, before they become types of the repeater's.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "repeater/options/config.hpp"
#include "service/admin/admin_flags.hpp"

#include <string>
#include <vector>

namespace repeater {

struct raw_values {
    std::string client_port; ///< by position
    std::string server_port;
    std::vector<std::string> surplus; ///< words behind the ports, which the Perl ignored
    std::vector<std::string> bind;
    std::vector<std::string> listen;
    std::vector<std::string> doors;
    std::vector<std::string> server_doors;
    std::string unix_mode;
    std::string session_bandwidth;
    std::string total_bandwidth;
    std::vector<std::string> proxy_from;
    std::vector<std::string> source_exempt;
    std::vector<std::string> mode1_allow;
    std::vector<std::string> mode1_deny;
    std::vector<std::string> policies;
    service::raw_admin admin;
    std::string event_exec;
    std::string event_url;
    std::string authorize_exec;
    std::string authorize_url;
    bool no_greeting = false;
    bool refuse = false;
    bool raw_id = false;
    bool clean = false; ///< the Perl's sweep: what it did now and then we do at once
    bool check = false; ///< whoever calls configure() looks for the word itself
};

/// Throws service::bad_option.
void take_over(const raw_values&, config&);

} // namespace repeater
