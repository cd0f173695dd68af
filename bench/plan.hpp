// How a run is done: sizes and times.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "bench/subject.hpp"

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

namespace bench {

struct plan {
    std::vector<subject> subjects;  ///< without direct
    std::vector<std::string> tests; ///< empty: all
    int rounds = 5;
    std::chrono::seconds budget{600};     ///< no new round once the next would not fit
    std::chrono::milliseconds slice{400}; ///< of measuring, in most tests
    std::chrono::seconds drain{60};       ///< of waiting for TIME_WAITs, in the whole run
    std::size_t idle_peers = 2000;
    std::size_t mixed_sessions = 500;
    std::size_t herd = 10'000; ///< servers that reconnect at once
    bool pin_all = false;
    bool beside_direct = true; ///< measure the same load with nobody between
};

} // namespace bench
