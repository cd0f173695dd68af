// Writes the results of a run, as JSON for programs and as Markdown for people.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "bench/plan.hpp"
#include "bench/runner.hpp"

#include <string>

namespace bench {

/// Holds every value of every round, the commands and the machine.
[[nodiscard]] std::string to_json(const plan&, const run_outcome&);

/// Medians with (min-max), what the subjects add to direct loopback, and the A/A band.
[[nodiscard]] std::string to_markdown(const plan&, const run_outcome&);

} // namespace bench
