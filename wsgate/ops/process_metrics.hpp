// What the kernel knows of this process, under the names that Prometheus' clients use.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

namespace wsgate {

class exposition;

/// Leaves out what cannot be read here (no /proc).
void write_process(exposition&);

} // namespace wsgate
