// Opens the file and closes it.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/tls/require_file.hpp"

#include "service/read_file.hpp"

#include <fmt/format.h>
#include <stdexcept>

namespace wsgate {

void require_file(const std::string& what, const std::string& name) {
    if (!service::open_for_reading(name, service::pipes::ours)) {
        throw std::runtime_error(
            fmt::format("cannot read the {} {}: {}", what, name, service::last_error_text()));
    }
}

} // namespace wsgate
