// Mode II: peers wait here until the other side names the same ID.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/task_group.hpp"
#include "repeater/config.hpp"
#include "repeater/pair.hpp"
#include "repeater/peer.hpp"
#include "repeater/rendezvous.hpp"

#include <cstddef>
#include <memory>
#include <unordered_map>
#include <variant>

namespace repeater {

/// On the thread that decides: every arrival is one transaction. A peer is either here or it is
/// not; taking a pair out and making both free of this event loop is one step.
class waiting_room {
public:
    using arrival = std::variant<pair, rendezvous::waits, rendezvous::refused>;

    waiting_room(duplicate_policy, net::task_group&, event_sink&);

    /// Pairs the newcomer, or lets it wait under the limits of this configuration. Who is refused
    /// stays with the caller.
    [[nodiscard]] arrival arrive(std::shared_ptr<peer>, const rfb::repeater_id&,
                                 std::shared_ptr<const config>);

    /// For who comes from now on.
    void set_policy(duplicate_policy p) { rendezvous_.set_policy(p); }

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
    void admit(std::shared_ptr<peer>, const rfb::repeater_id&, std::shared_ptr<const config>);
    [[nodiscard]] asio::awaitable<void> watch(std::shared_ptr<peer>, std::shared_ptr<const config>);

    net::task_group& tasks_;
    event_sink& events_;
    rendezvous rendezvous_;
    std::unordered_map<session_number, waiter> waiters_;
};

} // namespace repeater
