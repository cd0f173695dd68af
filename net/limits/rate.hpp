// So much in so much time, and how people write it.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace net {

/// So many in so much time, of which `burst` may come at once. None, or `in` no time: no limit.
struct rate {
    std::uint32_t count = 0;
    std::chrono::milliseconds in{0};
    std::uint32_t burst = 0;

    [[nodiscard]] bool is_limited() const { return count > 0 && in.count() > 0; }

    friend bool operator==(const rate&, const rate&) = default;
};

/// Takes "20/s", "10/min", "60/h", and behind that a comma and the burst: "20/s,100". Without it
/// the burst is the count. "0" is no limit.
[[nodiscard]] std::optional<rate> parse_rate(std::string_view);

/// The same form, with the burst where it is not the count.
[[nodiscard]] std::string to_string(const rate&);

} // namespace net
