// Relays one pair, from its first byte to its end.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/deadline.hpp"
#include "net/event_loop.hpp"
#include "net/pump.hpp"
#include "net/tcp_channel.hpp"
#include "repeater/options/config.hpp"
#include "repeater/pair.hpp"
#include "rfb/handshake.hpp"

#include <cstdint>
#include <memory>
#include <optional>

namespace repeater {

/// Lives on one event loop at a time. Each direction has a pump of its own; the handshake reader
/// listens in until it has read all it wants. While nothing moves the pair takes no memory but this
/// object.
class relay {
public:
    /// Hears of the pair, and reminds it, on the same event loop.
    class owner {
    public:
        virtual void described(session_number pair, const rfb::handshake_facts&) = 0;

        /// Comes last; the relay may be destroyed by it.
        virtual void ended(const event::ended&) = 0;

        /// The pair is busy (see shared), and neither side has ended. Comes last; the
        /// relay may be given to another event loop by it.
        virtual void outgrew(session_number pair) = 0;

        /// Calls lingered() of the pair's relay then, if it still lives.
        virtual void remind(session_number pair, net::clock::time_point when) = 0;

        /// Cancels remind(pair, when).
        virtual void forget(session_number pair, net::clock::time_point when) = 0;

    protected:
        ~owner() = default;
    };

    /// What all relays of an event loop share; it outlives them.
    struct shared {
        net::event_loop& loop;
        net::pump_resources pump;
        /// The owner hears of a pair that has carried so many bytes, or has been woken so often.
        std::uint64_t bytes_here = 0;
        unsigned wakes_here = 0; ///< 0: that does not matter
        owner& heard_by;
    };

    relay(const shared&, pair, const limits&);
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

    /// Closes both connections at once.
    void stop();

    /// The time that remind() asked for has come.
    void lingered();

    [[nodiscard]] session_number number() const { return number_; }

    [[nodiscard]] event::carries look(net::clock::time_point now) const;

private:
    /// One side: its connection, and the direction of what it sends.
    class half final : public net::poller::watcher, public net::pump_observer {
    public:
        half(relay& owner, rfb::side side, net::tcp_channel c)
            : relay_(owner), side_(side), channel(std::move(c)) {}

        half(const half&) = delete;
        half& operator=(const half&) = delete;

        ~half() { relay_.shared_->loop.not_again(*this); }

        void wake(net::ready how) override { relay_.wake(side_, how); }

        void passing(std::span<const std::byte> bytes) override { relay_.listen_in(side_, bytes); }

        [[nodiscard]] bool has_enough() const override { return !relay_.handshake_; }

    private:
        relay& relay_;
        rfb::side side_;

    public:
        net::tcp_channel channel;
        std::optional<event::ended::direction> outcome;
    };

    void wake(rfb::side, net::ready);
    void listen_in(rfb::side from, std::span<const std::byte>);
    void advance(rfb::side from);
    void finish(rfb::side from, const net::pump_result&);
    void pass_end_on();
    void cut(event::ended::how, const net::error_code&);
    void linger();
    void tell_owner();
    void tell_end();
    [[nodiscard]] bool is_busy() const;

    [[nodiscard]] half& at(rfb::side s) { return s == rfb::side::viewer ? viewer_ : server_; }

    [[nodiscard]] net::pump& pump_from(rfb::side s) {
        return s == rfb::side::viewer ? from_viewer_ : from_server_;
    }

    const shared* shared_;
    session_number number_;
    rfb::side newcomer_;
    asio::ip::tcp::endpoint viewer_address_;
    asio::ip::tcp::endpoint server_address_;
    meeting met_;
    std::chrono::milliseconds linger_;
    std::chrono::milliseconds linger_stalled_;
    net::clock::time_point started_ = shared_->loop.now();
    std::unique_ptr<rfb::handshake_reader> handshake_ =
        std::make_unique<rfb::handshake_reader>(); ///< until it has read all it wants
    half viewer_;
    half server_;
    net::pump from_viewer_{viewer_.channel, server_.channel, viewer_};
    net::pump from_server_{server_.channel, viewer_.channel, server_};
    std::optional<rfb::side> first_to_end_;
    unsigned wakes_ = 0;
    net::clock::time_point linger_until_{};
    net::pump_progress seen_;              ///< of the direction that lingers
    std::chrono::milliseconds stalled_{0}; ///< how long it has not moved
};

} // namespace repeater
