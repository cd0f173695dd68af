// The command line's options of TLS: our certificates, clients' certificates, TLS to targets.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "service/option_list.hpp"
#include "wsgate/access/access_options.hpp"
#include "wsgate/tls/options.hpp"

#include <optional>
#include <string>
#include <vector>

namespace wsgate {

/// The values as they were written; those about clients may begin with PATH=.
struct raw_tls {
    std::vector<std::string> certificates;
    std::vector<std::string> keys;
    std::vector<std::string> verify_client;
    std::vector<std::string> allowed_names;
};

/// Adds the options to the list; the values outlive the parsing.
void add_tls_options(service::option_list&, raw_tls&, tls_options&, per_path<client_rule>&,
                     target_tls_options&);

/// To be called after the parsing: turns what was written into the configuration. Throws
/// service::bad_option.
void take_over(const raw_tls&, tls_options&, per_path<client_rule>&);

} // namespace wsgate
