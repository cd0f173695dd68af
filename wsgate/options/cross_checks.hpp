// Checks that options fit together, once all of them are known.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "wsgate/options/config.hpp"

namespace wsgate {

/// Throws service::bad_option where a listener speaks TLS and there is no certificate.
void check_speech(const config&);

/// Throws service::bad_option where an option names a path that is no route's: such a rule would
/// protect nothing.
void check_paths(const config&);

} // namespace wsgate
