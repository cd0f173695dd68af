// Sees that sources take an ID from one another, and ends it for a while. The time is a parameter.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/limits/allowance.hpp"
#include "net/limits/source_table.hpp"

#include <chrono>
#include <cstddef>

namespace repeater {

struct conflict_options {
    /// How often peers of other sources may take the place of who waits under one ID.
    net::rate replacements{3, std::chrono::minutes(1), 3};
    std::chrono::seconds length{300}; ///< that newcomers are refused then
};

/// Whoever knows an ID can take the place of who waits under it (duplicate_policy::replace). A
/// machine whose address has changed does so once, those who fight for an ID do it again and again:
/// then nobody may for a while, but for the source that waited before the fight began. A bounded
/// table of IDs, of which the one that was fought for longest ago is forgotten first. security I3
class id_conflicts {
public:
    using time_point = net::clock::time_point;

    enum class verdict {
        replaces, ///< the newcomer may take the place
        begins,   ///< it may not, and from now on no other may
        goes_on,  ///< it may not, as no other may
    };

    explicit id_conflicts(const conflict_options& o) : options_(o) {}

    /// Sets the limits for what comes from now on.
    void set(const conflict_options& o) { options_ = o; }

    /// A newcomer would take the place of a live peer.
    [[nodiscard]] verdict judge(std::size_t hash_of_id, net::source_key newcomer,
                                net::source_key older, time_point now) {
        const bool counts = newcomer != older && options_.replacements.is_limited();
        auto* const fought = counts ? ids_.use(net::source_key{hash_of_id}) : nullptr;
        if (fought == nullptr) {
            return verdict::replaces;
        }
        if (now >= fought->until && !is_fight(*fought, now)) {
            fought->holder = older;
        }
        if (newcomer == fought->holder) {
            return verdict::replaces;
        }
        if (now < fought->until) {
            return verdict::goes_on;
        }
        if (fought->left.take(options_.replacements, now)) {
            return verdict::replaces;
        }
        fought->until = now + options_.length;
        return verdict::begins;
    }

private:
    struct row {
        net::allowance left;
        time_point until{};       ///< no other than the holder may take the place
        net::source_key holder{}; ///< who waited before the fight began

        [[nodiscard]] static bool is_in_use() { return false; }
    };

    /// Whether the place was taken a short while ago, so that who waits now may be an intruder.
    [[nodiscard]] bool is_fight(const row& r, time_point now) const {
        const auto& o = options_.replacements;
        return !r.left.is_left({o.count, o.in, 1}, now);
    }

    conflict_options options_;
    net::source_table<row> ids_;
};

} // namespace repeater
