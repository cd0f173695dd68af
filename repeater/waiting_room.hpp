// Mode II: peers wait here until the other side names the same ID.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/task_group.hpp"
#include "repeater/pair.hpp"
#include "repeater/peer.hpp"
#include "repeater/rendezvous.hpp"

#include <cstddef>
#include <memory>
#include <optional>
#include <unordered_map>

namespace repeater {

/// On the thread that decides: every arrival is one transaction. A peer is either here or it is
/// not; taking a pair out and making both free of this event loop is one step.
class waiting_room {
public:
    waiting_room(duplicate_policy, std::size_t max_early, net::task_group&, event_sink&);

    /// Pairs the newcomer, lets it wait, or refuses it (and closes it).
    [[nodiscard]] std::optional<pair> arrive(std::shared_ptr<peer>, const rfb::repeater_id&);

    /// Closes everybody who waits.
    void clear();

    [[nodiscard]] std::size_t size() const { return waiters_.size(); }

private:
    struct waiter {
        std::shared_ptr<peer> who;
        rfb::repeater_id id;
    };

    /// Drops those in the newcomer's way that are no longer there.
    void drop_dead(const rfb::repeater_id&, rfb::side newcomer);
    void admit(std::shared_ptr<peer>, const rfb::repeater_id&);
    [[nodiscard]] asio::awaitable<void> watch(std::shared_ptr<peer>);

    std::size_t max_early_;
    net::task_group& tasks_;
    event_sink& events_;
    rendezvous rendezvous_;
    std::unordered_map<session_number, waiter> waiters_;
};

} // namespace repeater
