// References that all connections share, on every thread.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "wsgate/ops/journal.hpp"
#include "wsgate/ops/metrics.hpp"
#include "wsgate/ops/readiness.hpp"

namespace wsgate {

/// Each of them is safe from any thread and outlives all connections.
struct services {
    wsgate::journal& journal;
    wsgate::metrics& metrics;
    wsgate::readiness& ready;
};

} // namespace wsgate
