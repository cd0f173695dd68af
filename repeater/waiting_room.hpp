// Mode II: peers wait here until the other side names the same ID.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/deadlines.hpp"
#include "net/event_loop.hpp"
#include "net/task_group.hpp"
#include "repeater/options/config.hpp"
#include "repeater/pair.hpp"
#include "repeater/rules/rendezvous.hpp"

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <variant>

namespace repeater {

/// Belongs to the thread that decides. Each arrival is one step, during which nothing else happens:
/// a peer is either here or it is not.
class waiting_room {
public:
    struct refusal {
        peer who;
        std::string_view why; ///< for a viewer to read
    };

    /// A pair that has met; or the newcomer waits; or it was refused.
    using arrival = std::variant<pair, rendezvous::waits, refusal>;

    /// `tasks` runs what tells viewers that they have waited too long.
    waiting_room(net::event_loop&, duplicate_policy, source_limits&, net::task_group&, event_sink&);
    waiting_room(const waiting_room&) = delete;
    waiting_room& operator=(const waiting_room&) = delete;
    ~waiting_room();

    /// Pairs the newcomer, or lets it wait under the limits of this configuration. `port` stood
    /// behind its ID (rfb::hello).
    [[nodiscard]] arrival arrive(peer, const rfb::repeater_id&, std::string port,
                                 std::shared_ptr<const config>);

    /// Sets what duplicates mean for peers that come from now on.
    void set_policy(duplicate_policy p) { rendezvous_.set_policy(p); }

    /// Closes all peers that wait.
    void clear();

    /// Number of peers that wait.
    [[nodiscard]] std::size_t size() const { return waiters_.size(); }

    [[nodiscard]] std::size_t size(rfb::side) const;

    /// Tells of so many that wait at most, the oldest first.
    void show(std::size_t at_most) const;

private:
    class waiter;

    /// Closes peers in the newcomer's way whose connections are dead.
    void drop_dead(const rfb::repeater_id&, rfb::side newcomer);
    /// The peer of the other side that waits under this ID, and named it with another port.
    [[nodiscard]] const waiter* contradicts(const rfb::repeater_id&, rfb::side newcomer,
                                            std::string_view port) const;
    /// The limit that a session of the newcomer and whoever waits for it would exceed.
    [[nodiscard]] std::optional<limit> forbids_session(peer& newcomer, const rfb::repeater_id&);
    /// The limit that keeps the newcomer from waiting.
    [[nodiscard]] std::optional<limit> forbids_waiting(peer& newcomer, const rfb::repeater_id&,
                                                       std::chrono::seconds& shut_out);
    /// Lets the peer wait, and watches it.
    void admit(peer, const rfb::repeater_id&, std::string port, std::shared_ptr<const config>);
    [[nodiscard]] std::unique_ptr<waiter> take_out(session_number);
    /// Called when a peer that waits has closed or broken off.
    void has_left(session_number, const error_code&);
    /// Called when a peer has waited as long as it may.
    void has_waited(session_number);

    net::event_loop& loop_;
    source_limits& limits_;
    net::task_group& tasks_;
    event_sink& events_;
    rendezvous rendezvous_;
    net::deadlines<session_number> deadlines_;
    std::unordered_map<session_number, std::unique_ptr<waiter>> waiters_;
};

} // namespace repeater
