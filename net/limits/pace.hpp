// Bytes a second, as times from which one may go on. The time is a parameter.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/clock.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace net {

/// A token bucket that is one point in time: until when all that was taken is paid for (GCRA, ITU-T
/// I.371). Whoever has taken something is told from when on it may take more: many takers get turns
/// that lie one behind the other, and none of them asks in vain. May be used from any thread.
class pace {
public:
    using time_point = clock::time_point;

    /// 0: no limit.
    explicit pace(std::uint64_t bytes_a_second = 0) : rate_(bytes_a_second) {}

    pace(const pace&) = delete;
    pace& operator=(const pace&) = delete;
    ~pace() = default;

    /// Holds for what is taken from now on.
    void set(std::uint64_t bytes_a_second) { rate_ = bytes_a_second; }

    [[nodiscard]] bool is_limited() const { return rate_ > 0; }

    /// As much as should be taken at a time: what passes in 10 ms, from 1 KiB to 64 KiB.
    [[nodiscard]] std::size_t portion() const;

    /// So many bytes have been taken. Returns the time before which no more should be; it is not
    /// after `now` where there is some left. Of what was not used, 50 ms' worth is kept.
    time_point take(std::uint64_t bytes, time_point now);

private:
    std::atomic<std::uint64_t> rate_;
    std::atomic<clock::rep> paid_until_{0};
};

/// Takes a number with K, M or G behind it (1 000 of the one before): "500K", "2M", "0".
[[nodiscard]] std::optional<std::uint64_t> parse_bytes(std::string_view);

} // namespace net
