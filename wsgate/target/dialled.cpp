// Puts the problem first, and the addresses behind it.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/target/dialled.hpp"

namespace wsgate {

std::string why_not(const dialled& d) {
    auto addresses = net::to_string(d.missed);
    if (d.problem.empty()) {
        return addresses.empty() ? d.error.message() : addresses;
    }
    return addresses.empty() ? d.problem : d.problem + " (" + addresses + ")";
}

} // namespace wsgate
