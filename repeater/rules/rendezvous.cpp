// What an arrival means, by side and policy.                              repeater spec 3
// SPDX-License-Identifier: EUPL-1.2
#include "repeater/rules/rendezvous.hpp"

#include <algorithm>

namespace repeater {

rendezvous::outcome rendezvous::foresee(const rfb::repeater_id& id, rfb::side newcomer) const {
    const auto found = slots_.find(id);
    if (found == slots_.end()) {
        return waits{};
    }
    const auto& [holder, queue] = found->second;
    if (holder != newcomer) {
        return pairs{queue.front()};
    }
    switch (policy_) {
    case duplicate_policy::refuse:
        return refused{};
    case duplicate_policy::queue:
        return waits{};
    case duplicate_policy::replace:
        break;
    }
    return replaces{queue.front()};
}

rendezvous::outcome rendezvous::arrive(const rfb::repeater_id& id, rfb::side side,
                                       session_number newcomer) {
    const auto happens = foresee(id, side);
    if (const auto* const met = std::get_if<pairs>(&happens)) {
        leave(id, met->with);
    } else if (std::holds_alternative<replaces>(happens)) {
        slots_.at(id).queue.front() = newcomer;
    } else if (std::holds_alternative<waits>(happens)) {
        (void)restore(id, side, newcomer);
    }
    return happens;
}

bool rendezvous::restore(const rfb::repeater_id& id, rfb::side side, session_number peer) {
    auto& here = slots_.try_emplace(id, slot{side, {}}).first->second;
    if (here.side != side) {
        return false;
    }
    here.queue.push_back(peer);
    return true;
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
