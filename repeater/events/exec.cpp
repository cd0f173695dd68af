// Runs the program once for each event.
// SPDX-License-Identifier: EUPL-1.2
#include "repeater/events/exec.hpp"

#include "repeater/events/run_program.hpp"

namespace repeater {

std::optional<std::string> exec_output::deliver(const std::string& json) {
    return run_program(command_, json + '\n', std::chrono::steady_clock::now() + limit_).failure;
}

} // namespace repeater
