// A pair from its first byte to its end.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/deadline.hpp"
#include "net/pump.hpp"
#include "net/tcp_stream.hpp"
#include "net/worker.hpp"
#include "repeater/config.hpp"
#include "repeater/pair.hpp"
#include "rfb/handshake.hpp"

#include <boost/asio/steady_timer.hpp>

#include <array>
#include <functional>
#include <memory>
#include <optional>

namespace repeater {

/// Lives on one relay worker, held by the tasks that run it: the last of them to end is the last to
/// hold it. Each direction is pumped on its own; the handshake reader listens in.
class relay : public std::enable_shared_from_this<relay> {
public:
    /// Hears of described and of ended (which comes last), on the worker's thread.
    using report = std::function<void(any_event)>;

    /// `splice_after`: see net::pump_means.
    relay(net::worker&, pair, const limits&, unsigned splice_after, report);

    void start();

    /// Closes both connections; the tasks end by that.
    void stop();

private:
    /// Bytes that one side sends.
    class direction final : public net::pump_observer {
    public:
        direction(relay& owner, rfb::side from) : relay_(owner), from_(from) {}

        void passing(std::span<const std::byte> bytes) override { relay_.listen_in(from_, bytes); }

        [[nodiscard]] bool has_enough() const override { return relay_.handshake_.done(); }

        net::pump_progress progress;
        std::optional<event::ended::direction> outcome;

    private:
        relay& relay_;
        rfb::side from_;
    };

    void listen_in(rfb::side from, std::span<const std::byte>);
    [[nodiscard]] asio::awaitable<void> run(rfb::side from, std::vector<std::byte> early);
    void finish(rfb::side from, const net::pump_result&);
    [[nodiscard]] asio::awaitable<void> linger(rfb::side still_open);
    void tell_end();

    [[nodiscard]] direction& sent_by(rfb::side s) {
        return s == rfb::side::viewer ? from_viewer_ : from_server_;
    }

    [[nodiscard]] net::tcp_stream& stream_of(rfb::side s) {
        return s == rfb::side::viewer ? viewer_ : server_;
    }

    net::worker& worker_;
    pair pair_;
    limits limits_;
    unsigned splice_after_;
    report report_;
    net::tcp_stream viewer_;
    net::tcp_stream server_;
    direction from_viewer_{*this, rfb::side::viewer};
    direction from_server_{*this, rfb::side::server};
    rfb::handshake_reader handshake_;
    asio::steady_timer linger_timer_;
    net::clock::time_point started_;
    std::optional<rfb::side> first_to_end_;
    std::optional<event::ended::how> cut_; ///< why we closed what was still open
    net::error_code cut_error_;
};

} // namespace repeater
