// What an authorising program or service is asked.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "repeater/events/event.hpp"

#include <string>

namespace repeater {

/// One line of JSON: side, id (or host and port in Mode I), address, transport (tcp or unix), and
/// what a proxy has called the request. IDs are in full: whoever decides must know them.
[[nodiscard]] std::string question_about(const peer_name&, const meeting& wish);

} // namespace repeater
