// What an arrival means, by side and policy.                              repeater spec 3
// SPDX-License-Identifier: EUPL-1.2
#include "repeater/rules/rendezvous.hpp"

#include <algorithm>

namespace repeater {

rendezvous::outcome rendezvous::arrive(const rfb::repeater_id& id, rfb::side side,
                                       session_number newcomer) {
    const auto found = slots_.find(id);
    if (found == slots_.end()) {
        slots_.emplace(id, slot{side, {newcomer}});
        return waits{};
    }
    auto& [holder, queue] = found->second;
    if (holder != side) {
        const auto partner = queue.front();
        leave(id, partner);
        return pairs{partner};
    }
    switch (policy_) {
    case duplicate_policy::refuse:
        return refused{};
    case duplicate_policy::queue:
        queue.push_back(newcomer);
        return waits{};
    case duplicate_policy::replace:
        break;
    }
    const auto older = std::exchange(queue.front(), newcomer);
    return replaces{older};
}

std::optional<session_number> rendezvous::in_the_way(const rfb::repeater_id& id,
                                                     rfb::side newcomer) const {
    const auto found = slots_.find(id);
    if (found == slots_.end()) {
        return std::nullopt;
    }
    const auto& [holder, queue] = found->second;
    if (holder == newcomer && policy_ != duplicate_policy::refuse) {
        return std::nullopt;
    }
    return queue.front();
}

void rendezvous::leave(const rfb::repeater_id& id, session_number peer) {
    const auto found = slots_.find(id);
    if (found == slots_.end()) {
        return;
    }
    auto& queue = found->second.queue;
    queue.erase(std::remove(queue.begin(), queue.end(), peer), queue.end());
    if (queue.empty()) {
        slots_.erase(found);
    }
}

} // namespace repeater
