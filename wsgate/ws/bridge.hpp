// A WebSocket and a TCP connection until both have ended (RFC 6455 7).
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/deadline.hpp"
#include "net/stream.hpp"
#include "net/wake_up.hpp"
#include "wsgate/target/dialled.hpp"
#include "wsgate/ws/bridge_observer.hpp"
#include "wsgate/ws/frame.hpp"
#include "wsgate/ws/outbox.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace wsgate {

/// When a session's target is dialled. The repeater gives a peer ten seconds to introduce itself,
/// and the tunnels of helped machines may open a session minutes before they have anything to say.
enum class dial_time { at_once, first_data };

struct bridge_options {
    std::size_t max_frame = 65536;          ///< payload bytes of a frame toward the client
    std::chrono::milliseconds ping{25'000}; ///< after so much silence toward the client; 0: never
    std::chrono::milliseconds pong{0}; ///< the client may be mute so long after a ping; 0: ever
    std::chrono::milliseconds idle{0}; ///< without a byte of data, either way; 0: ever
    std::chrono::milliseconds close{5'000};    ///< for each step of an ending session
    std::chrono::milliseconds deliver{60'000}; ///< ... while a slow end takes the rest
    text_frames text = text_frames::refuse;
    dial_time dial = dial_time::at_once;
    bool tell_status = false;  ///< in JSON, as hcs.js: once, when the target is there or is not
    std::string target_name{}; ///< for the Close that tells of it; empty: that is nobody's business
    /// Masks what goes to the peer: then it is the WebSocket's server, and we are its client.
    key_source keys = nullptr;
    bridge_observer* observer = nullptr; ///< outlives the bridge; null: nobody listens
};

enum class ended_by { client, target, gateway };

struct bridge_summary {
    ended_by by = ended_by::gateway;
    close_code code = close_code::abnormal;
    std::string reason;   ///< the Close frame's text, or what broke; may hold bytes from outside
    std::uint64_t up = 0; ///< payload bytes, client to target
    std::uint64_t down = 0;
    bool dropped_text = false;
};

/// On one event loop. Three tasks: up, down, and run() itself, which keeps time; for a moment a
/// fourth one where a control frame could not be written at once. A task costs memory as long as
/// the session lives. Either direction may stall without stopping the other. The first reason to
/// end is the one that counts; then each side gets what was meant for it, as far as it takes it in
/// time.
///
///   client --frames--> up:   decode in place in scratch --one write--> target
///   target --bytes---> down: read into scratch behind a gap, header into the gap --one write-->
///   client
class bridge {
public:
    /// `client` and `scratch` outlive the bridge; others may use scratch whenever a task waits.
    bridge(const asio::any_io_executor&, std::span<std::byte> scratch, net::stream& client, dialler,
           const bridge_options&);

    /// `early`: what came behind the request head. Reports a failure in the summary.
    /// Cancelled, it cuts both sides and completes.
    [[nodiscard]] asio::awaitable<void> run(std::vector<std::byte> early);

    /// Close 1001; run() completes soon.
    void go_away();

    [[nodiscard]] const bridge_summary& summary() const { return summary_; }

private:
    using bytes = std::vector<std::byte>;

    void start(asio::awaitable<void> task, asio::cancellation_slot cancelled_by = {});
    void task_over(const std::exception_ptr&);

    [[nodiscard]] asio::awaitable<void> up(bytes early);
    [[nodiscard]] bytes take(std::span<std::byte> received);
    [[nodiscard]] std::size_t forward(std::span<const std::byte>);
    [[nodiscard]] asio::awaitable<void> settle(bytes rest);
    [[nodiscard]] asio::awaitable<void> deliver(bytes rest);
    void watch_client();
    [[nodiscard]] net::clock::duration look_interval() const;
    void look_at_client(net::clock::time_point now);
    void client_left(net::error_code);

    [[nodiscard]] asio::awaitable<void> down();
    [[nodiscard]] asio::awaitable<bool> open_target();
    [[nodiscard]] asio::awaitable<dialled> dial_until_cut();
    [[nodiscard]] std::span<std::byte> down_room() const;
    void send_down(std::size_t payload);
    void target_failed(const dialled&);
    void report_dial(const dialled&, net::clock::time_point began);
    void moved(direction, std::size_t payload);
    void stalled(direction, bool);
    void target_ended(net::error_code);
    void finish_target();

    void keep_time();
    [[nodiscard]] net::clock::time_point next_deadline() const;
    [[nodiscard]] net::clock::time_point cut_at() const;
    [[nodiscard]] bool client_takes_more(net::clock::time_point now);
    void look_after_client(net::clock::time_point now);

    void leave(std::string_view why);
    void end(ended_by, close_code, std::string_view reason);
    void close_with(ended_by, close_code, std::string_view reason);
    void cut();

    asio::any_io_executor executor_;
    std::span<std::byte> scratch_;
    net::stream& client_;
    dialler dial_;
    bridge_options options_;
    frame_room room_;
    frame_decoder decoder_;
    outbox outbox_;
    std::unique_ptr<net::stream> target_;
    net::error_code target_error_; ///< of writing to it
    net::wake_up changed_;         ///< the target's state, or cut_
    asio::steady_timer timer_;     ///< of run(); what changes its next deadline cancels it
    asio::cancellation_signal stop_dialling_;
    std::size_t tasks_ = 0;
    bridge_summary summary_;

    bool dialling_ = false;
    bool target_over_ = false;     ///< could not be reached, or has ended
    bool target_finished_ = false; ///< was told that no more comes
    bool target_deaf_ = false;     ///< takes nothing more; it may still speak
    bool delivering_ = false;      ///< up waits for the target, so it reads no Pong either
    bool watching_ = false;        ///< up waits for the target, or the client takes nothing more
    bool client_done_ = false;     ///< its Close has come, or what cannot be understood
    bool goodbye_ = false;         ///< it was told that no more comes
    bool ending_ = false;
    bool cut_ = false;
    net::clock::time_point end_began_;
    net::clock::time_point delivered_; ///< when the target last took what it was late with
    net::clock::time_point taken_;     ///< when, while ending, the client was last seen to take
    std::size_t untaken_ = 0;          ///< by the client's kernel then
    net::clock::time_point next_ping_;
    net::clock::time_point next_look_;   ///< at the client, while watching_
    net::clock::time_point client_seen_; ///< by then, while watching_, its connection was good
    net::clock::time_point moved_;       ///< when data last did; only where idling has a limit
    std::optional<net::clock::time_point> unanswered_since_;
    std::optional<net::clock::time_point> pinged_; ///< the oldest ping without its pong
};

} // namespace wsgate
