// Names of meetings.
// SPDX-License-Identifier: EUPL-1.2
#include "repeater/event.hpp"

namespace repeater {

std::string to_string(const meeting& met) {
    if (const auto* id = std::get_if<rfb::repeater_id>(&met)) {
        return "ID:" + id->text();
    }
    const auto& to = std::get<rfb::destination>(met);
    return to.host + ":" + std::to_string(to.port);
}

} // namespace repeater
