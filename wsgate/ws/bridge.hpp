// Carries bytes between a WebSocket and a TCP connection until both have ended (RFC 6455 7).
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/event_loop.hpp"
#include "net/stream.hpp"
#include "wsgate/target/dialled.hpp"
#include "wsgate/ws/bridge_clock.hpp"
#include "wsgate/ws/bridge_observer.hpp"
#include "wsgate/ws/bridge_state.hpp"
#include "wsgate/ws/outbox.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/cancellation_signal.hpp>

#include <cstddef>
#include <exception>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace wsgate {

/// When the TCP connection is dialled: at the start, or when the first data comes from the
/// WebSocket. The latter is for repeaters, which give a peer ten seconds to say who it is, while
/// the tunnels of helped machines may open a session minutes before they have anything to say.
enum class dial_time { at_once, first_data };

struct bridge_options : bridge_limits {
    std::size_t max_frame = 65536; ///< the most payload bytes of a frame that we send
    text_frames text = text_frames::refuse;
    dial_time dial = dial_time::at_once;
    bool tell_status = false; ///< tell the WebSocket once, in JSON, whether TCP was reached
    /// What was dialled, for the text of a Close; empty: the WebSocket's end must not know it.
    std::string target_name{};
    /// The source of masking keys where we are the WebSocket's client; null: we are its server.
    key_source keys = nullptr;
    bridge_observer* observer = nullptr; ///< outlives the bridge; null: there is none
};

/// Carries bytes between a WebSocket and a TCP connection. In the gateway a browser or a tunnel
/// opened the WebSocket, and TCP leads to the target. In the tunnel it is the other way round: TCP
/// is who connected here, and we are the WebSocket's client.
///
///     WebSocket --frames--> carry_to_tcp():        read -> decode in place -> write     --> TCP
///     WebSocket <--frames-- carry_to_websocket():  write <- put header in front <- read <-- TCP
///
/// There is no coroutine but run(), which sleeps until the end: whenever a stream or the
/// bridge_clock's timer is ready, advance() takes each direction as far as it gets. An attempt that
/// would block costs nothing (net::stream), so that one wake-up is one read and one write, and all
/// that a session has between two of them is this object. Directions share the scratch buffer,
/// since neither keeps bytes in it. Either may stall without stopping the other: carry_to_tcp()
/// keeps what TCP does not take, reads no more, and is *delivering*; the outbox keeps the rest of a
/// frame, and carry_to_websocket() reads no more.
///
/// Each end is in one state at a time, and goes down its table: to the next row, unless another is
/// named, and from any row straight to the last one.
///
///     WebSocket    | what it means                            | goes on when
///     -------------|------------------------------------------|-----------------------------------
///     open         | its data goes to TCP                     | there is a first end_cause
///     closing      | our Close is sent, or its connection has | its Close comes, or has come, or
///                  | ended; what it still says is ignored     | bytes that break a rule
///     drained      | nothing it says counts any more; TCP     | TCP has them, or takes no more,
///                  | still gets the bytes that came before    | and is told that this was all
///     half_closed  | our last frame and our FIN go out; it is | its FIN comes, and TCP is over
///                  | read, since closing a socket with unread |
///                  | bytes would reset it                     |
///     cut          | both connections are closed              | (run() completes)
///
///     TCP          | what it means                            | goes on when
///     -------------|------------------------------------------|-----------------------------------
///     none         | it is not dialled yet                    | at once, or data came (dial_time)
///     dialling     | what comes from the WebSocket waits      | it is connected; it is not: over
///     open         | its data goes to the WebSocket           | a write fails; the session ends
///     and
///                  |                                          | all is delivered: half_closed
///     deaf         | it takes nothing more, but may still     | the session ends
///                  | speak                                    |
///     half_closed  | our FIN is sent; it is read, for the     | its FIN comes
///                  | same reason as above                     |
///     over         | not reached, or ended; closed            |
///
/// The first cause to end is told to the other end, by a Close frame with a code (see end_cause) or
/// by a FIN. After that each end gets what was meant for it as long as it makes progress; then the
/// clock has both cut. Two usual endings:
///
///     its Close comes:      WebSocket closing, drained | TCP half_closed | WebSocket half_closed,
///                           with our Close | TCP's FIN: over | the WebSocket's FIN: cut
///     TCP's FIN comes:      TCP over | our Close: WebSocket closing | its Close: drained,
///                           half_closed | its FIN: cut
class bridge final : net::stream_watcher, net::poller::watcher {
public:
    /// `websocket` and `scratch` outlive the bridge; others may use scratch between its turns.
    /// `dial` makes the TCP connection, or hands over one that is there already.
    bridge(const asio::any_io_executor&, std::span<std::byte> scratch, net::stream& websocket,
           dialler dial, const bridge_options&);

    struct detached {
        std::unique_ptr<net::stream> tcp; ///< null: it is not dialled yet
        bridge_state state;
    };

    /// Goes on where another bridge was detached.
    bridge(const asio::any_io_executor&, std::span<std::byte> scratch, net::stream& websocket,
           detached before, dialler dial, const bridge_options&);

    bridge(const bridge&) = delete;
    bridge& operator=(const bridge&) = delete;
    ~bridge();

    /// `early`: what came behind the WebSocket's opening handshake. Reports a failure in the
    /// summary. Cancelled, it cuts both ends and completes.
    [[nodiscard]] asio::awaitable<void> run(std::vector<std::byte> early);

    /// Close 1001; run() completes soon.
    void go_away();

    /// Stops where it is and touches neither connection any more; run() completes soon, and leaves
    /// the WebSocket open. Nothing unless both ends are open, or TCP is still to be dialled.
    [[nodiscard]] std::optional<detached> detach();

    /// The TCP connection; null unless there is one.
    [[nodiscard]] net::stream* tcp() const { return tcp_stream_.get(); }

    [[nodiscard]] const bridge_summary& summary() const { return summary_; }

private:
    using bytes = std::vector<std::byte>;

    // See the tables above.
    enum class websocket_state { open, closing, drained, half_closed, cut };
    enum class tcp_state { none, dialling, open, deaf, half_closed, over };

    /// What is done for TCP at the moment.
    enum class to_tcp {
        reading,    ///< the WebSocket
        delivering, ///< what TCP did not take at once; the WebSocket is not read meanwhile
        parting,    ///< our last frame goes out, then our FIN
        over,       ///< the WebSocket says nothing more
    };

    // bridge.cpp: turns, and time
    void stream_ready() override { advance(); }

    void wake(net::ready /*any*/) override { advance(); }

    void advance();
    void take_turn();
    [[nodiscard]] std::size_t most_at_once() const;
    void break_down(const std::string& why);
    void keep_time();
    void look_earlier();
    void moved(direction, std::size_t payload);
    void stalled(direction, bool);
    [[nodiscard]] bool is_over() const;

    // bridge_to_tcp.cpp; each step returns whether it got any further
    [[nodiscard]] bool carry_to_tcp();
    [[nodiscard]] bool read_websocket();
    [[nodiscard]] bool deliver();
    [[nodiscard]] bool part();
    void keep(bytes rest);
    void settle();
    [[nodiscard]] bytes take(std::span<std::byte> received);
    void hear_pong();
    [[nodiscard]] std::size_t forward(std::span<const std::byte>);

    // bridge_to_websocket.cpp; as above
    [[nodiscard]] bool carry_to_websocket();
    void dial();
    void heard_from_dialler(const std::exception_ptr&, dialled);
    void open_tcp(dialled);
    void report_dial(const dialled&);
    [[nodiscard]] bool read_tcp();
    [[nodiscard]] std::span<std::byte> room_for_payload() const;
    void send_frames(std::size_t payload);

    // bridge_ending.cpp
    [[nodiscard]] bool is_ending() const { return websocket_ != websocket_state::open; }

    void websocket_left(net::error_code);
    void websocket_is_over(const net::error_code& how);
    void websocket_is_drained();
    void tcp_ended(net::error_code);
    void tcp_not_reached(const dialled&);
    void tcp_is_deaf();
    void finish_tcp();
    void leave(end_cause, std::string_view why);
    void end(end_cause, close_code, std::string_view reason);
    void close_with(end_cause, close_code, std::string_view reason);
    void cut();

    asio::any_io_executor executor_;
    net::event_loop& loop_;
    std::span<std::byte> scratch_;
    bridge_options options_;
    net::stream& websocket_stream_;
    std::unique_ptr<net::stream> tcp_stream_; ///< null until it is connected
    dialler dial_;
    websocket_state websocket_ = websocket_state::open;
    tcp_state tcp_ = tcp_state::none;
    to_tcp to_tcp_ = to_tcp::reading;
    net::error_code tcp_error_; ///< why a write to it failed
    frame_room room_;
    frame_decoder decoder_;
    bytes rest_;                ///< what is being delivered
    std::size_t rest_done_ = 0; ///< of it, what TCP has taken
    outbox outbox_;
    bridge_clock clock_;
    net::timer timer_; ///< rings when the clock has to look, or earlier
    net::waiter ended_;
    net::clock::time_point dial_began_{};
    bool tcp_stalls_ = false;       ///< as the observer knows it
    bool websocket_stalls_ = false; ///< the same
    bool are_frames_tiny_ = false;  ///< the WebSocket's, in the last read
    bool is_detached_ = false;
    asio::cancellation_signal stop_dialling_;
    bridge_summary summary_;
};

} // namespace wsgate
