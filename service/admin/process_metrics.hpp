// Metrics of this process as the kernel counts them, under the names that Prometheus' client
// libraries use.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

namespace service {

class exposition;

/// Leaves out what cannot be read, for example without /proc.
void write_process(exposition&);

} // namespace service
