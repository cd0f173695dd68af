// Mode II: peers wait here until the other side names the same ID.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/deadlines.hpp"
#include "net/poller.hpp"
#include "net/task_group.hpp"
#include "repeater/options/config.hpp"
#include "repeater/pair.hpp"
#include "repeater/rules/rendezvous.hpp"

#include <cstddef>
#include <memory>
#include <unordered_map>
#include <variant>

namespace repeater {

/// On the thread that decides: every arrival is one transaction. A peer is either here or it is
/// not; taking a pair out and making both free of this event loop is one step.
class waiting_room {
public:
    /// Who is refused comes back.
    using arrival = std::variant<pair, rendezvous::waits, peer>;

    /// `tasks`: where those that have waited too long are told so.
    waiting_room(const asio::any_io_executor&, net::poller&, duplicate_policy, net::task_group&,
                 event_sink&);
    waiting_room(const waiting_room&) = delete;
    waiting_room& operator=(const waiting_room&) = delete;
    ~waiting_room();

    /// Pairs the newcomer, or lets it wait under the limits of this configuration.
    [[nodiscard]] arrival arrive(peer, const rfb::repeater_id&, std::shared_ptr<const config>);

    /// For who comes from now on.
    void set_policy(duplicate_policy p) { rendezvous_.set_policy(p); }

    /// Closes everybody who waits.
    void clear();

    [[nodiscard]] std::size_t size() const { return waiters_.size(); }

private:
    class waiter;

    /// Drops those in the newcomer's way that are no longer there.
    void drop_dead(const rfb::repeater_id&, rfb::side newcomer);
    void admit(peer, const rfb::repeater_id&, std::shared_ptr<const config>);
    [[nodiscard]] std::unique_ptr<waiter> take_out(session_number);
    void has_left(session_number, const error_code&);
    void has_waited(session_number);

    net::poller& poller_;
    net::task_group& tasks_;
    event_sink& events_;
    rendezvous rendezvous_;
    net::deadlines<session_number> deadlines_;
    std::unordered_map<session_number, std::unique_ptr<waiter>> waiters_;
};

} // namespace repeater
