// Mode II: peers wait here until the other side names the same ID.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/deadlines.hpp"
#include "net/event_loop.hpp"
#include "net/task_group.hpp"
#include "repeater/handover/waiting_observer.hpp"
#include "repeater/limits/arrivals.hpp"
#include "repeater/options/config.hpp"
#include "repeater/pair.hpp"

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <variant>
#include <vector>

namespace repeater {

/// Belongs to the thread that decides. Each arrival is one step, during which nothing else happens:
/// a peer is either here or it is not.
class waiting_room final : arrivals::waiting_peers {
public:
    /// What a newcomer has named.
    struct wish {
        rfb::repeater_id id;                    ///< under which it meets its partner
        std::string port{};                     ///< that stood behind it (rfb::hello)
        std::optional<rfb::repeater_id> code{}; ///< as it was signed (id_policy::signed_id)
    };

    struct refusal {
        peer who;
        std::string_view why; ///< for a viewer to read
    };

    /// A pair that has met; or the newcomer waits; or it was refused.
    using arrival = std::variant<pair, arrivals::waits, refusal>;

    /// `tasks` runs what tells viewers that they have waited too long.
    waiting_room(net::event_loop&, std::shared_ptr<const config>, source_limits&, net::task_group&,
                 event_sink&);
    waiting_room(const waiting_room&) = delete;
    waiting_room& operator=(const waiting_room&) = delete;
    ~waiting_room() override;

    /// Pairs the newcomer, or lets it wait under the limits of this configuration.
    [[nodiscard]] arrival arrive(peer, wish, std::shared_ptr<const config>);

    /// The version that the server who waits under this ID has sent; empty where there is none.
    [[nodiscard]] std::vector<std::byte> version_of(const rfb::repeater_id&) const;

    /// Sets what duplicates mean, and which IDs are admitted, for pairs that form from now on.
    void configure(std::shared_ptr<const config>);

    /// Tells who waits from now on, and who no longer does.
    void observe(waiting_observer& o) { observer_ = &o; }

    /// A peer that waited, and waits for something else now: to be taken over, or taken back.
    struct resting {
        moved_waiter what;
        peer who;
        std::shared_ptr<const config> conf; ///< that it came under
    };

    /// Takes out all who wait, without an event and without a word to the observer.
    [[nodiscard]] std::vector<resting> set_aside();

    /// Lets a peer wait as it did before, with an event only where it has left meanwhile.
    void restore(resting);

    /// Closes all peers that wait.
    void clear();

    /// Number of peers that wait.
    [[nodiscard]] std::size_t size() const { return waiters_.size(); }

    [[nodiscard]] std::size_t size(rfb::side) const;

    /// Tells of so many that wait at most, the oldest first.
    void show(std::size_t at_most) const;

private:
    class waiter;

    /// Closes peers in the newcomer's way whose connections are dead, or whose IDs are not admitted
    /// any more.
    void drop_unfit(const rfb::repeater_id&, rfb::side newcomer);
    /// Whether the peer is fit to be met; tells of it.
    [[nodiscard]] bool is_fit(const waiter&, rfb::side newcomer) const;
    /// The peer of the other side that waits under this ID, and named it with another port.
    [[nodiscard]] const waiter* contradicts(const rfb::repeater_id&, rfb::side newcomer,
                                            std::string_view port) const;
    /// Whether a server waits under this ID, and is the one of which the viewer has seen something.
    [[nodiscard]] bool has_server_for(const peer& viewer, const rfb::repeater_id&) const;
    /// The server that waits under this ID; null where none does.
    [[nodiscard]] waiter* server_under(const rfb::repeater_id&) const;
    [[nodiscard]] source_limits::place& place_of(session_number) override;
    [[nodiscard]] bool is_alive(session_number) override;
    /// Tells why the newcomer gets no session; the words are for a viewer to read. Nothing where it
    /// does.
    [[nodiscard]] std::optional<std::string_view>
    objection(const peer& newcomer, const rfb::repeater_id&, const arrivals::outcome&);
    /// Lets the peer wait, and watches it.
    void admit(peer, wish, std::shared_ptr<const config>);
    /// Adds what watches it. Null where there is no memory or no watch for that: it has left.
    const waiter* watch(peer, wish, std::shared_ptr<const config>, net::clock::time_point since);
    void tell_observer(session_number no_longer);
    [[nodiscard]] std::unique_ptr<waiter> take_out(session_number);
    /// Called when a peer that waits has closed or broken off.
    void has_left(session_number, const error_code&);
    /// Called when a peer has waited as long as it may.
    void has_waited(session_number);

    net::event_loop& loop_;
    std::shared_ptr<const config> config_; ///< the newest
    source_limits& limits_;
    net::task_group& tasks_;
    event_sink& events_;
    waiting_observer* observer_ = nullptr;
    arrivals arrivals_;
    net::deadlines<session_number> deadlines_;
    std::unordered_map<session_number, std::unique_ptr<waiter>> waiters_;
};

} // namespace repeater
