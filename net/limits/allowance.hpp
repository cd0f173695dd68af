// How much of something a source may still have, by a rate. The time is a parameter.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/clock.hpp"
#include "net/limits/rate.hpp"

#include <algorithm>

namespace net {

/// A token bucket that is one point in time: until when what was taken has been paid for. (GCRA,
/// ITU-T I.371.) The rate is given with each call, so that it may change meanwhile.
class allowance {
public:
    /// Takes one, or says that there is none now.
    [[nodiscard]] bool take(const rate& r, clock::time_point now) {
        if (!is_left(r, now)) {
            return false;
        }
        if (r.is_limited()) {
            paid_until_ = std::max(paid_until_, now) + price(r);
        }
        return true;
    }

    /// Whether take() would say yes.
    [[nodiscard]] bool is_left(const rate& r, clock::time_point now) const {
        return !r.is_limited() || paid_until_ - now <= price(r) * (std::max(r.burst, 1U) - 1);
    }

private:
    static clock::duration price(const rate& r) { return clock::duration{r.in} / r.count; }

    clock::time_point paid_until_{};
};

} // namespace net
