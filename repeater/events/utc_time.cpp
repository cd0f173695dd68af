// UTC by gmtime_r(3), as fmt wraps it; the milliseconds are added by hand.
// SPDX-License-Identifier: EUPL-1.2
#include "repeater/events/utc_time.hpp"

#include <fmt/chrono.h>

namespace repeater {

std::string utc_time(std::chrono::system_clock::time_point when) {
    using namespace std::chrono;
    const auto whole = floor<seconds>(when);
    return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z", fmt::gmtime(system_clock::to_time_t(whole)),
                       floor<milliseconds>(when - whole).count());
}

} // namespace repeater
