// The child's side of its keeper: tells it who waits.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "repeater/handover/records.hpp"
#include "repeater/handover/waiting_observer.hpp"
#include "service/handover/record_channel.hpp"

namespace repeater {

/// Belongs to the thread that decides. That a peer is to be met must have left for the keeper
/// before its session begins: after a crash the next child would take it for one that still waits.
class keeper_link final : public waiting_observer {
public:
    explicit keeper_link(service::record_channel& c) : channel_(c) {}

    void waits(const moved_waiter& who, int socket) override {
        channel_.tell(number_of(record_kind::waiter), fields_of(who), {&socket, 1},
                      key_of(who.name.number));
    }

    /// Where the keeper has not heard of it yet, it never does.
    void no_longer(session_number who) override {
        if (!channel_.withdraw(key_of(who))) {
            channel_.tell(number_of(record_kind::no_longer), fields_of(who));
        }
    }

private:
    /// Sessions are numbered from 1.
    [[nodiscard]] static std::uint64_t key_of(session_number n) {
        return static_cast<std::uint64_t>(n);
    }

    service::record_channel& channel_;
};

} // namespace repeater
