// One timer for all, set for the oldest.
// SPDX-License-Identifier: EUPL-1.2
#include "repeater/refusals.hpp"

#include <utility>

namespace repeater {

refusals::refusals(net::event_loop& loop, turn_away away)
    : loop_(loop), turn_away_(std::move(away)), timer_(loop.get_executor(), [this] { ring(); }) {}

void refusals::add(peer who, std::shared_ptr<const config> conf) {
    if (held_.size() == most) {
        let_go_of_oldest();
    }
    const auto until = loop_.now() + conf->limits.refusal;
    held_.push_back({until, std::move(who), std::move(conf)});
    timer_.set(held_.front().until);
}

void refusals::clear() {
    for (const auto& each : held_) {
        each.who.channel.discard_unread();
    }
    held_.clear();
    timer_.set(net::timer::never);
}

void refusals::let_go_of_oldest() {
    auto oldest = std::move(held_.front());
    held_.pop_front();
    turn_away_(std::move(oldest.who), std::move(oldest.conf));
}

void refusals::ring() {
    while (!held_.empty() && held_.front().until <= loop_.now()) {
        let_go_of_oldest();
    }
    timer_.set(held_.empty() ? net::timer::never : held_.front().until);
}

} // namespace repeater
