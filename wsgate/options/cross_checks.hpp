// What options demand of each other, once all of them are known.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "wsgate/options/config.hpp"

namespace wsgate {

/// Listeners that speak TLS have a certificate. Throws service::bad_option.
void check_speech(const config&);

/// Paths that options name are those of routes: a rule that holds nowhere protects nothing. Throws
/// service::bad_option.
void check_paths(const config&);

} // namespace wsgate
