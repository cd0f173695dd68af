// Keeps leaky buckets.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/access/failure_brake.hpp"

#include <algorithm>
#include <cmath>

namespace wsgate {

namespace {

double in_milliseconds(std::chrono::steady_clock::duration d) {
    return std::chrono::duration<double, std::milli>(d).count();
}

} // namespace

double failure_brake::fill_now(const row& r, time_point now) const {
    return std::max(0.0, r.fill - in_milliseconds(now - r.at) / in_milliseconds(options_.pardon));
}

std::chrono::milliseconds failure_brake::failed(net::source_key client, time_point now) {
    const std::lock_guard lock(mutex_);
    double before = 0;
    if (auto* const mine = clients_.use(client); mine != nullptr) {
        before = fill_now(*mine, now);
        mine->fill = options_.burst > 0 ? std::min(before + 1, 2 * options_.burst) : before + 1;
        mine->at = now;
    }
    const auto longest = in_milliseconds(options_.longest_delay);
    const auto delay = in_milliseconds(options_.first_delay) * std::exp2(std::min(before, 32.0));
    return std::chrono::milliseconds(std::llround(std::min(delay, longest)));
}

std::optional<std::chrono::seconds> failure_brake::shut_out(net::source_key client,
                                                            time_point now) const {
    const std::lock_guard lock(mutex_);
    const auto* const found = clients_.find(client);
    if (options_.burst <= 0 || found == nullptr) {
        return std::nullopt;
    }
    const auto too_much = fill_now(*found, now) - options_.burst + 1;
    if (too_much <= 0) {
        return std::nullopt;
    }
    const auto wait = too_much * in_milliseconds(options_.pardon) / 1000;
    return std::chrono::seconds(std::max(1L, std::lround(std::ceil(wait))));
}

} // namespace wsgate
