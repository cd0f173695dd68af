// Limits how many lines refused clients leave in the log. The time is a parameter.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "wsgate/access/failure_brake.hpp"

#include <atomic>
#include <cstdint>
#include <optional>

namespace wsgate {

/// Strangers can be refused as often as they like, and must not fill the log with it: there is a
/// limit for each client and one for all together. Shared by all threads.
class line_limit {
public:
    using time_point = failure_brake::time_point;

    /// Returns how many lines were left out since the last one that was written, for this line to
    /// tell; nothing where this line is left out as well.
    [[nodiscard]] std::optional<std::uint64_t> admit(net::source_key, time_point now);

private:
    /// 20 lines of one client at once, and then one every 12 s.
    failure_brake clients_{{20, std::chrono::seconds{12}, {}, {}, 4096}};
    /// 200 lines at once, and then one a second.
    failure_brake all_{{200, std::chrono::seconds{1}, {}, {}, 1}};
    std::atomic<std::uint64_t> left_out_ = 0;
};

} // namespace wsgate
