// Gives both directions their turns, and does what the bridge's clock says is due.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/ws/bridge.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/this_coro.hpp>

#include <utility>

namespace wsgate {

namespace {

// Then others on this event loop have their turn. A step reads as much as the scratch buffer holds.
constexpr int most_steps = 8;

ws_role role_of(const bridge_options& o) {
    return o.keys == nullptr ? ws_role::server : ws_role::client;
}

} // namespace

bridge::bridge(const asio::any_io_executor& executor, std::span<std::byte> scratch,
               net::stream& websocket, dialler dial, const bridge_options& options)
    : executor_(executor), loop_(net::event_loop::of(executor)), scratch_(scratch),
      options_(options), websocket_stream_(websocket), dial_(std::move(dial)),
      room_(frame_room::in(scratch.size(), options.max_frame, role_of(options))),
      decoder_(role_of(options), options.text), outbox_(loop_, websocket, options.keys),
      clock_(options, loop_.now()), timer_(executor, [this] { keep_time(); }), ended_(executor) {}

bridge::bridge(const asio::any_io_executor& executor, std::span<std::byte> scratch,
               net::stream& websocket, detached before, dialler dial, const bridge_options& options)
    : bridge(executor, scratch, websocket, std::move(dial), options) {
    auto& state = before.state;
    // NOLINTBEGIN(*-prefer-member-initializer): the other constructor has initialised them
    tcp_stream_ = std::move(before.tcp);
    tcp_ = tcp_stream_ ? tcp_state::open : tcp_state::none;
    decoder_.go_on_from(state.decoder);
    summary_ = std::move(state.summary);
    // NOLINTEND(*-prefer-member-initializer)
    clock_.go_on(state.clock);
    outbox_.resume(std::move(state.to_websocket));
    if (!state.to_tcp.empty()) {
        keep(std::move(state.to_tcp));
    }
}

bridge::~bridge() {
    loop_.forget(*this);
}

asio::awaitable<void> bridge::run(bytes early) {
    // This coroutine is not to be ended by an exception when it is cancelled: it cuts both
    // connections in order.
    co_await asio::this_coro::throw_if_cancelled(false);
    try {
        websocket_stream_.watch(this);
        if (tcp_stream_) {
            tcp_stream_->watch(this);
        }
        if (!early.empty()) {
            keep(take(early));
        }
    } catch (const std::exception& e) {
        break_down(e.what());
    }
    bytes{}.swap(early);
    advance();
    while (!is_over()) {
        if (const auto [cancelled] = co_await ended_.wait(); cancelled) {
            cut();
        }
    }
    if (!is_detached_) {
        cut();
    }
    co_await asio::this_coro::throw_if_cancelled(true);
}

std::optional<bridge::detached> bridge::detach() {
    const bool is_carrying = tcp_ == tcp_state::open || tcp_ == tcp_state::none;
    if (websocket_ != websocket_state::open || !is_carrying) {
        return std::nullopt;
    }
    websocket_stream_.watch(nullptr);
    if (tcp_stream_) {
        tcp_stream_->watch(nullptr);
    }
    loop_.not_again(*this);
    timer_.set(net::timer::never);
    is_detached_ = true;
    to_tcp_ = to_tcp::over;
    tcp_ = tcp_state::over;
    ended_.wake();
    rest_.erase(rest_.begin(), rest_.begin() + static_cast<std::ptrdiff_t>(rest_done_));
    return detached{std::move(tcp_stream_),
                    {decoder_, std::move(rest_), outbox_.detach(), summary_, clock_.remember()}};
}

bool bridge::is_over() const {
    return to_tcp_ == to_tcp::over && tcp_ == tcp_state::over;
}

/// Goes on wherever that is possible now. An exception, for lack of memory for instance, ends this
/// bridge and nothing else.
void bridge::advance() {
    try {
        take_turn();
    } catch (const std::exception& e) {
        break_down(e.what());
    }
    if (is_over()) {
        ended_.wake();
    } else if (websocket_ != websocket_state::cut) {
        look_earlier();
    }
}

void bridge::take_turn() {
    outbox_.flush();
    for (int steps = 0; steps < most_steps; ++steps) {
        const bool moved_up = carry_to_tcp();
        const bool moved_down = carry_to_websocket();
        if (!moved_up && !moved_down) {
            return;
        }
        if (are_frames_tiny_) {
            break;
        }
    }
    loop_.again(*this);
}

/// Puts what went wrong into the summary, whatever comes because of the cut that follows.
void bridge::break_down(const std::string& why) {
    if (summary_.cause == end_cause::none) {
        summary_.cause = end_cause::defect;
    }
    summary_.reason = why;
    cut();
}

void bridge::keep_time() {
    const bool broken = outbox_.broken() || websocket_stream_.is_broken();
    using due = bridge_clock::due;
    switch (clock_.look(net::clock::now(), {websocket_stream_.untaken(), broken, outbox_.idle(),
                                            outbox_.last_progress()})) {
    case due::nothing:
        break;
    case due::ping:
        outbox_.ping();
        break;
    case due::no_pong:
        close_with(end_cause::no_pong, close_code::internal_error, "No answer to ping");
        finish_tcp();
        break;
    case due::idle:
        leave(end_cause::idle, "idle");
        break;
    case due::lost:
        websocket_left(outbox_.broken() ? outbox_.broken()
                                        : net::error_code{asio::error::connection_reset});
        cut();
        break;
    case due::over:
        cut();
        break;
    }
    advance();
}

/// Sets the timer where the clock has to look earlier than it would ring. Where the clock has more
/// time than that, as after every byte, the timer is left alone: setting it costs more than a look
/// that finds nothing.
void bridge::look_earlier() {
    if (const auto next = clock_.next(); next < timer_.when()) {
        timer_.set(next);
    }
}

void bridge::moved(direction d, std::size_t payload) {
    (d == direction::to_tcp ? summary_.to_tcp : summary_.to_websocket) += payload;
    if (clock_.limits_idling() && payload > 0) {
        clock_.moved(loop_.now());
    }
    if (options_.observer != nullptr) {
        options_.observer->moved(d, payload);
    }
}

void bridge::stalled(direction d, bool now) {
    auto& before = d == direction::to_tcp ? tcp_stalls_ : websocket_stalls_;
    if (std::exchange(before, now) != now && options_.observer != nullptr) {
        options_.observer->stalled(d, now);
    }
}

} // namespace wsgate
