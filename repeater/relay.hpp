// Relays one pair, from its first byte to its end.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/deadline.hpp"
#include "net/event_loop.hpp"
#include "net/limits/pace.hpp"
#include "net/pump.hpp"
#include "net/tcp_channel.hpp"
#include "repeater/handover/moved.hpp"
#include "repeater/limits/session_clock.hpp"
#include "repeater/pair.hpp"
#include "repeater/policy/policy_change.hpp"
#include "repeater/session_watch.hpp"
#include "service/admin/meter.hpp"

#include <array>
#include <cstdint>
#include <memory>
#include <optional>

namespace repeater {

/// What may pass a second: from viewers, and from servers.
using paces = std::array<net::pace, 2>;

/// Lives on one event loop at a time. Each direction has a pump of its own; the session's watch
/// sees what they move until it has seen all it wants. While nothing moves the pair takes no memory
/// but this object, and what its watch has to know.
class relay {
public:
    /// Hears of the pair, and reminds it, on the same event loop.
    class owner {
    public:
        virtual void described(session_number pair, const rfb::handshake_facts&) = 0;

        /// What was seen of the session, before its end.
        virtual void understood(const event::understood&) = 0;

        /// The session's policy ends it; the end follows.
        virtual void broke_policy(const event::policy_broken&) = 0;

        /// Comes last; the relay may be destroyed by it.
        virtual void ended(const event::ended&) = 0;

        /// The pair is busy (see shared), and neither side has ended. Comes last; the
        /// relay may be given to another event loop by it.
        virtual void outgrew(session_number pair) = 0;

        /// Calls check_limits() of the pair's relay then, if it still lives.
        virtual void remind(session_number pair, net::clock::time_point when) = 0;

        /// Cancels remind(pair, when).
        virtual void forget(session_number pair, net::clock::time_point when) = 0;

        /// Calls resume() of the pair's relay then, if it still lives.
        virtual void pause(session_number pair, net::clock::time_point until) = 0;

        /// Cancels pause(pair, until).
        virtual void unpause(session_number pair, net::clock::time_point until) = 0;

    protected:
        ~owner() = default;
    };

    /// Bytes that have reached their receivers' sockets on one event loop. Any thread may read.
    struct traffic {
        service::counter from_viewers;
        service::counter from_servers;
    };

    /// What all relays of an event loop share; it outlives them.
    struct shared {
        net::event_loop& loop;
        traffic& carried;
        net::pump_resources pump;
        /// The owner hears of a pair that has carried so many bytes, or has been woken so often.
        std::uint64_t bytes_here = 0;
        unsigned wakes_here = 0; ///< 0: that does not matter
        owner& heard_by;
        paces* all_pairs = nullptr; ///< what all pairs may carry together; null: no limit
        session_watch::buffers& rewriting;
    };

    relay(const shared&, pair, const session_terms&);

    /// Of a pair that another process had; the sockets of the viewer and of the server. go_on() is
    /// called next.
    relay(const shared&, moved_pair, std::array<net::unique_fd, 2> sockets);

    relay(const relay&) = delete;
    relay& operator=(const relay&) = delete;
    ~relay() = default;

    /// Delivers the early bytes, and relays from then on. As each of the following, it may call
    /// owner::ended() or owner::outgrew().
    void start();

    /// Makes this event loop forget the pair, so that another one's thread may call go_on().
    void leave();

    /// Relays with what another event loop shares.
    void go_on(const shared&);

    /// Whether another process can go on with it: not where it is under a policy, since what was
    /// read of it is known here alone. What was seen of other sessions ends with the move.
    [[nodiscard]] bool may_move() const { return !watch_ || watch_->policed() == nullptr; }

    /// After leave(), for another process: all of it. Throws std::bad_alloc.
    [[nodiscard]] moved_pair describe();

    /// Of the viewer and of the server.
    [[nodiscard]] std::array<int, 2> sockets() const {
        return {viewer_.channel.native_handle(), server_.channel.native_handle()};
    }

    /// Closes both connections at once.
    void stop();

    /// The time that remind() asked for has come: ends the pair where it has reached a limit.
    void check_limits();

    /// The time that pause() asked for has come: what may be carried by now is.
    void resume();

    [[nodiscard]] session_number number() const { return number_; }

    /// Changes what the viewer may do from now on, and returns it; nothing where that cannot be
    /// changed (rfb::policed_session::set()).
    [[nodiscard]] std::optional<rfb::viewer_policy> change_policy(const policy_change&);

    [[nodiscard]] event::carries look(net::clock::time_point now) const;

private:
    /// A direction that has carried so many since it began, or was held up, has a receiver that
    /// takes them: nothing in between holds as much.
    static constexpr std::uint64_t bytes_that_prove = std::uint64_t{1} << 20U;

    /// One side: its connection, and the direction of what it sends.
    class half final : public net::poller::watcher, public net::pump_observer {
    public:
        half(relay& owner, rfb::side side, net::tcp_channel c)
            : relay_(owner), side_(side), channel(std::move(c)) {}

        half(const half&) = delete;
        half& operator=(const half&) = delete;

        ~half() { relay_.shared_->loop.not_again(*this); }

        void wake(net::ready how) override { relay_.wake(side_, how); }

        std::span<const std::byte> passing(std::span<const std::byte> bytes) override {
            return relay_.watch_ ? relay_.pass_watch(side_, bytes) : bytes;
        }

        [[nodiscard]] std::uint64_t may_pass_unseen() const override {
            return relay_.watch_ ? relay_.watch_->may_pass_unseen(side_) : everything;
        }

        void passed_unseen(std::uint64_t count) override {
            if (relay_.watch_) {
                relay_.watch_->passed_unseen(side_, count);
            }
        }

    private:
        relay& relay_;
        rfb::side side_;

    public:
        net::tcp_channel channel;
        std::optional<event::ended::direction> outcome;
        net::tcp_channel::receiving ahead = net::tcp_channel::receiving::as_born;
        net::clock::time_point paused_until{}; ///< nothing is read before, for the limits of bytes
        std::uint64_t free_from = bytes_that_prove; ///< bytes written on, from which it is freely
    };

    void go_on();
    void wake(rfb::side, net::ready);
    [[nodiscard]] std::span<const std::byte> pass_watch(rfb::side from, std::span<const std::byte>);
    void insert(rfb::side from, std::span<const std::byte>);
    void advance_both(rfb::side first);
    void advance(rfb::side from);
    void obey_policy();
    void tell_policy_broken();
    void tell_understood();
    [[nodiscard]] std::optional<event::reading> look_inside() const;
    [[nodiscard]] std::uint64_t age() const;
    [[nodiscard]] net::pump::state run_pump(rfb::side from);
    [[nodiscard]] bool is_paced() const;
    [[nodiscard]] net::pump::state run_paced(rfb::side from);
    [[nodiscard]] net::clock::time_point take(rfb::side from, std::uint64_t bytes);
    void pause_until(net::clock::time_point);
    void finish(rfb::side from, const net::pump_result&);
    void pass_end_on();
    void cut(event::ended::how, const net::error_code&);
    [[nodiscard]] flow flow_from(rfb::side) const;
    void cut_at(session_clock::verdict);
    void let_kernel_hold(rfb::side, net::tcp_channel::receiving);
    void free_what_flows(rfb::side from);
    void bound_what_is_held_up();
    void keep_awake();
    void check_again();
    void check_at(net::clock::time_point);
    void tell_owner();
    void tell_end();
    [[nodiscard]] bool is_busy() const;

    [[nodiscard]] half& at(rfb::side s) { return s == rfb::side::viewer ? viewer_ : server_; }

    [[nodiscard]] const half& at(rfb::side s) const {
        return s == rfb::side::viewer ? viewer_ : server_;
    }

    [[nodiscard]] net::pump& pump_from(rfb::side s) {
        return s == rfb::side::viewer ? from_viewer_ : from_server_;
    }

    [[nodiscard]] const net::pump& pump_from(rfb::side s) const {
        return s == rfb::side::viewer ? from_viewer_ : from_server_;
    }

    const shared* shared_;
    session_number number_;
    rfb::side newcomer_;
    asio::ip::tcp::endpoint viewer_address_;
    asio::ip::tcp::endpoint server_address_;
    meeting met_;
    session_clock clock_;
    net::clock::time_point next_check_ = session_clock::never;
    net::clock::time_point resume_at_ = session_clock::never;
    std::unique_ptr<paces> pace_;          ///< of this pair; null: no limit
    std::unique_ptr<session_watch> watch_; ///< until it has seen all it wants
    half viewer_;
    half server_;
    net::pump from_viewer_{viewer_.channel, server_.channel, viewer_};
    net::pump from_server_{server_.channel, viewer_.channel, server_};
    std::optional<rfb::side> first_to_end_;
    std::optional<rfb::side> inserted_; ///< into this direction, something besides what was read
    bool is_policy_broken_ = false;
    unsigned wakes_ = 0;
};

} // namespace repeater
