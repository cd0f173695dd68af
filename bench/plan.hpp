// The plan of a run: subjects, tests, sizes and times.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "bench/subject.hpp"

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

namespace bench {

struct plan {
    std::vector<subject> subjects;  ///< without the direct one
    std::vector<std::string> tests; ///< empty: all
    int rounds = 5;
    std::chrono::seconds budget{600};     ///< no round is begun that would not fit
    std::chrono::milliseconds slice{400}; ///< how long most tests measure at a time
    std::chrono::seconds drain{60};       ///< the most that a whole run waits for TIME_WAITs
    std::size_t idle_peers = 2000;
    std::size_t mixed_sessions = 500;
    std::size_t herd = 10'000; ///< servers that reconnect at once
    /// Whose peaks count for the tests at half the peak rate: half of the lowest one is the rate of
    /// all subjects. Empty: everybody's.
    std::vector<std::string> paced;
    double rate = 0; ///< attempts a second of those tests, instead
    bool pin_all = false;
    bool beside_direct = true; ///< measure the same load without a subject as well
};

} // namespace bench
