// Runs a bridge's tasks, and does what its clock says is due.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/ws/bridge.hpp"

#include "net/task_group.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/this_coro.hpp>

#include <utility>

namespace wsgate {

namespace {

ws_role role_of(const bridge_options& o) {
    return o.keys == nullptr ? ws_role::server : ws_role::client;
}

} // namespace

bridge::bridge(const asio::any_io_executor& executor, std::span<std::byte> scratch,
               net::stream& websocket, dialler dial, const bridge_options& options)
    : executor_(executor), scratch_(scratch), options_(options), websocket_stream_(websocket),
      dial_(std::move(dial)),
      room_(frame_room::in(scratch.size(), options.max_frame, role_of(options))),
      decoder_(role_of(options), options.text),
      outbox_(
          executor, websocket, [this] { start(outbox_.flushed()); }, options.keys),
      clock_(options, net::clock::now()), sleep_(executor), timer_(executor, [this] { sleep_.wake(); }), changed_(executor) {}

asio::awaitable<void> bridge::run(bytes early) {
    // This coroutine is not to be ended by an exception when it is cancelled: it cuts both
    // connections, and every task then ends by itself, in order.
    co_await asio::this_coro::throw_if_cancelled(false);
    start(carry_to_tcp(std::move(early)));
    start(carry_to_websocket(), stop_dialling_.slot());
    while (tasks_ > 0) {
        const auto state = co_await asio::this_coro::cancellation_state;
        if (state.cancelled() != asio::cancellation_type::none &&
            websocket_ != websocket_state::cut) {
            cut();
        }
        timer_.set(websocket_ == websocket_state::cut ? bridge_clock::never : clock_.next());
        (void)co_await sleep_.wait();
        keep_time();
    }
    cut();
    co_await asio::this_coro::throw_if_cancelled(true);
}

/// Starts a task beside run(); run() waits for its end.
void bridge::start(asio::awaitable<void> task, asio::cancellation_slot cancelled_by) {
    ++tasks_;
    asio::co_spawn(
        executor_, std::move(task),
        asio::bind_cancellation_slot(
            cancelled_by, [this](const std::exception_ptr& failed) { task_over(failed); }));
}

/// Puts a task's exception into the summary, whatever the other tasks report because of the cut
/// that follows.
void bridge::task_over(const std::exception_ptr& failed) {
    if (failed) {
        if (summary_.cause == end_cause::none) {
            summary_.cause = end_cause::defect;
        }
        summary_.reason = net::what(failed);
        cut();
    }
    --tasks_;
    sleep_.wake();
}

void bridge::keep_time() {
    if (websocket_ == websocket_state::cut) {
        return;
    }
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
}

/// Wakes run() where the clock now has to look earlier than run() meant to sleep.
void bridge::look_earlier() {
    if (clock_.next() < timer_.when()) {
        sleep_.wake();
    }
}

void bridge::moved(direction d, std::size_t payload) {
    (d == direction::to_tcp ? summary_.to_tcp : summary_.to_websocket) += payload;
    if (clock_.limits_idling() && payload > 0) {
        clock_.moved(net::clock::now());
    }
    if (options_.observer != nullptr) {
        options_.observer->moved(d, payload);
    }
}

void bridge::stalled(direction d, bool now) {
    if (options_.observer != nullptr) {
        options_.observer->stalled(d, now);
    }
}

} // namespace wsgate
