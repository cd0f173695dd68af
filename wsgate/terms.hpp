// What a connection came under, and keeps when the files are read anew.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "wsgate/access/doorman.hpp"
#include "wsgate/setup.hpp"
#include "wsgate/tls/client.hpp"
#include "wsgate/tls/server.hpp"

#include <memory>

namespace wsgate {

struct terms {
    std::shared_ptr<const wsgate::setup> setup;
    std::shared_ptr<const wsgate::doorman> doorman;
    std::shared_ptr<const tls_server> tls;        ///< none: plain
    std::shared_ptr<const tls_client> target_tls; ///< none: no target speaks it
};

} // namespace wsgate
