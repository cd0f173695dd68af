// Ends a bridge: takes its two ends through their last states, and tells each of them why.
// SPDX-License-Identifier: EUPL-1.2
#include "net/error_text.hpp"
#include "wsgate/ws/bridge.hpp"

#include <boost/asio/error.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <fmt/format.h>

namespace wsgate {

namespace {

namespace json = boost::json;

} // namespace

void bridge::go_away() {
    if (!is_ending()) {
        leave(end_cause::going_away, "going away");
        advance();
    }
}

void bridge::leave(end_cause why, std::string_view text) {
    close_with(why, close_code::going_away, text);
    if (!clock_.is_delivering()) {
        finish_tcp();
    }
}

/// Begins the end. Only the first cause counts and is reported.
void bridge::end(end_cause why, close_code code, std::string_view reason) {
    if (summary_.cause != end_cause::none) {
        return;
    }
    summary_.cause = why;
    summary_.code = code;
    summary_.reason = reason;
    if (websocket_ == websocket_state::open) {
        websocket_ = websocket_state::closing;
    }
    // A connection that is lost takes nothing any more.
    const auto untaken = why == end_cause::websocket_lost ? 0 : websocket_stream_.untaken();
    clock_.end(net::clock::now(), untaken, side_of(why) == ended_by::websocket);
}

void bridge::close_with(end_cause why, close_code code, std::string_view reason) {
    end(why, code, reason);
    outbox_.close(code, reason);
}

// ---- the WebSocket ----

void bridge::websocket_is_drained() {
    if (websocket_ == websocket_state::closing) {
        websocket_ = websocket_state::drained;
    }
}

void bridge::websocket_left(net::error_code ec) {
    if (ec == asio::error::eof && outbox_.broken()) { // the outbox knows the error behind the end
        ec = outbox_.broken();
    }
    end(end_cause::websocket_lost, close_code::abnormal,
        ec == asio::error::eof ? "closed without Close" : net::error_text(ec));
}

/// Nothing more comes from it, and nothing more is sent to it. Where there is nothing to deliver
/// TCP need not be dialled any more. It is not waited for where the WebSocket's connection was
/// reset, so that nobody is left to hear what it says, and it has taken all that came before.
void bridge::websocket_is_over(const net::error_code& how) {
    to_tcp_ = to_tcp::over;
    outbox_.stop();
    websocket_stream_.close();
    if (tcp_stream_ && (how == asio::error::eof || tcp_stream_->untaken() > 0)) {
        finish_tcp();
    } else {
        cut();
    }
}

// ---- TCP ----

/// A connection that lives on all the same, as where the kernel had no memory for what was written,
/// learns from its end that the session is over; reading then finds that it has closed as well.
void bridge::tcp_is_deaf() {
    if (tcp_ == tcp_state::open) {
        tcp_ = tcp_state::deaf;
        tcp_stream_->shutdown_send();
    }
}

/// Tells TCP that nothing more comes; carry_to_websocket() then reads until TCP has closed as well.
void bridge::finish_tcp() {
    if (tcp_ == tcp_state::open || tcp_ == tcp_state::deaf) {
        tcp_ = tcp_state::half_closed;
        tcp_stream_->shutdown_send();
    }
}

void bridge::tcp_ended(net::error_code ec) {
    // The kernel reports a reset once, to the read or the write that comes first, so an error of
    // writing is preferred. EPIPE says only that TCP had ended before it was written to.
    if (tcp_error_ && tcp_error_ != asio::error::broken_pipe) {
        ec = tcp_error_;
    }
    if (ec == asio::error::eof) {
        close_with(end_cause::tcp_closed, close_code::normal, "Target closed");
    } else {
        close_with(end_cause::tcp_lost, close_code::internal_error,
                   options_.target_name.empty() ? "Target connection lost"
                                                : fmt::format("Target connection lost: {}: {}",
                                                              options_.target_name, ec.message()));
    }
}

/// Tells the WebSocket that TCP could not be reached; the reason only where it may know the target.
void bridge::tcp_not_reached(const dialled& got) {
    constexpr auto what = "Failed to connect to downstream server";
    const auto why = got.problem.empty() ? got.error.message() : got.problem;
    const auto told = options_.target_name.empty()
                          ? std::string{what}
                          : fmt::format("{}: {}: {}", what, options_.target_name, why);
    if (options_.tell_status) {
        outbox_.tell(json::serialize(json::object{
            {"status", "error"}, {"details", fmt::format("Upstream socket error; {}", told)}}));
    }
    close_with(end_cause::tcp_unreachable, close_code::internal_error, told);
    if (summary_.cause == end_cause::tcp_unreachable) {
        summary_.reason = fmt::format("{}: {}", what, why_not(got));
    }
}

// ---- both ----

/// Closes both connections. A dialler that is at work ends by itself, soon.
void bridge::cut() {
    websocket_ = websocket_state::cut;
    to_tcp_ = to_tcp::over;
    timer_.set(net::timer::never);
    outbox_.stop();
    websocket_stream_.close();
    if (tcp_stream_) {
        tcp_stream_->close();
    }
    if (tcp_ == tcp_state::dialling) {
        stop_dialling_.emit(asio::cancellation_type::terminal);
    } else {
        tcp_ = tcp_state::over;
    }
}

} // namespace wsgate
