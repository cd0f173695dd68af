// The two directions, the closing map, and time.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/ws/bridge.hpp"

#include "net/task_group.hpp"
#include "wsgate/text/base64.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <fmt/format.h>
#include <utility>

namespace wsgate {

namespace {

namespace json = boost::json;

constexpr auto never = net::clock::time_point::max();
constexpr auto looks = 5; // at a silent client, in the time that an ending may take

ws_role role_of(const bridge_options& o) {
    return o.keys == nullptr ? ws_role::server : ws_role::client;
}

} // namespace

bridge::bridge(const asio::any_io_executor& executor, std::span<std::byte> scratch,
               net::stream& client, dialler dial, const bridge_options& options)
    : executor_(executor), scratch_(scratch), client_(client), dial_(std::move(dial)),
      options_(options), room_(frame_room::in(scratch.size(), options.max_frame, role_of(options))),
      decoder_(role_of(options), options.text),
      outbox_(
          executor, client, [this] { start(outbox_.flushed()); }, options.keys),
      changed_(executor), timer_(executor), next_ping_(net::clock::now() + options.ping),
      moved_(net::clock::now()) {}

asio::awaitable<void> bridge::run(bytes early) {
    // The tasks are cut off rather than cancelled, so that each ends in its own order.
    co_await asio::this_coro::throw_if_cancelled(false);
    start(up(std::move(early)));
    start(down(), stop_dialling_.slot());
    while (tasks_ > 0) {
        const auto state = co_await asio::this_coro::cancellation_state;
        if (state.cancelled() != asio::cancellation_type::none && !cut_) {
            cut();
        }
        timer_.expires_at(next_deadline());
        (void)co_await timer_.async_wait(net::nothrow);
        keep_time();
    }
    cut();
    co_await asio::this_coro::throw_if_cancelled(true);
}

/// Beside run(), which waits for it.
void bridge::start(asio::awaitable<void> task, asio::cancellation_slot cancelled_by) {
    ++tasks_;
    asio::co_spawn(
        executor_, std::move(task),
        asio::bind_cancellation_slot(
            cancelled_by, [this](const std::exception_ptr& failed) { task_over(failed); }));
}

void bridge::task_over(const std::exception_ptr& failed) {
    if (failed) {
        summary_.reason = net::what(failed);
        cut();
    }
    --tasks_;
    timer_.cancel();
}

// ---- client to target ----

asio::awaitable<void> bridge::up(bytes early) {
    co_await settle(take(early));
    bytes{}.swap(early);
    for (;;) {
        if (const auto [ec] = co_await client_.wait(net::readiness::read); ec) {
            client_left(ec);
            break;
        }
        const auto got = client_.read_some(scratch_);
        if (got.would_block()) {
            continue;
        }
        if (got.error) {
            client_left(got.error);
            break;
        }
        auto rest = take(scratch_.first(got.bytes));
        if (ending_ || !rest.empty()) {
            co_await settle(std::move(rest));
        }
    }
    outbox_.stop();
    client_.close();
    if (target_) {
        finish_target();
    } else {
        cut(); // nothing was left to be delivered: no need for a target any more
    }
}

/// Acts on what the client sent; what the target did not take at once is left.
bridge::bytes bridge::take(std::span<std::byte> received) {
    const auto meant = decoder_.decode(received);
    unanswered_since_.reset();
    if (meant.pong && pinged_) {
        if (options_.observer != nullptr) {
            options_.observer->pong_after(net::clock::now() - *pinged_);
        }
        pinged_.reset();
    }
    summary_.dropped_text = summary_.dropped_text || meant.dropped_text;
    if (ending_) { // after a Close of ours nothing is forwarded
        client_done_ = client_done_ || meant.close || meant.failure;
        return {};
    }
    if (meant.ping) {
        outbox_.pong(meant.ping->view());
    }
    const auto payload = received.first(meant.payload);
    const auto rest = payload.subspan(forward(payload));
    if (meant.close) {
        client_done_ = true;
        end(ended_by::client, meant.close->code, meant.close->text);
        outbox_.close(meant.close->code, {});
    } else if (meant.failure) {
        client_done_ = true;
        close_with(ended_by::gateway, meant.failure->code, meant.failure->text);
    }
    return {rest.begin(), rest.end()};
}

/// How many of the bytes are done with; all, where the target wants none.
std::size_t bridge::forward(std::span<const std::byte> payload) {
    std::size_t done = 0;
    while (done < payload.size() && target_ && !target_over_ && !target_deaf_) {
        const auto wrote = target_->write_some(payload.subspan(done));
        if (wrote.would_block()) {
            break;
        }
        // Down will hear of it too, after the target's last bytes, but not what it was.
        target_deaf_ = static_cast<bool>(wrote.error);
        target_error_ = wrote.error;
        done += wrote.bytes;
    }
    moved(direction::up, done);
    return target_over_ || target_deaf_ ? payload.size() : done;
}

/// Delivers, then ends the target's side or the client's where their time has come.
asio::awaitable<void> bridge::settle(bytes rest) {
    if (!rest.empty()) {
        co_await deliver(std::move(rest));
    }
    if (ending_) {
        finish_target();
    }
    if (client_done_ && !std::exchange(goodbye_, true)) {
        // Nothing more is said either way. The client is still read from, since closing a socket
        // with unread bytes resets it and may destroy our Close on its way.
        co_await outbox_.flushed();
        (void)co_await client_.wait(net::readiness::write); // room for TLS's close_notify
        client_.shutdown_send();
    }
}

asio::awaitable<void> bridge::deliver(bytes rest) {
    delivering_ = true;
    watch_client();
    changed_.notify(); // perhaps the target is dialled only now
    while (!target_ && !target_over_ && !cut_) {
        co_await changed_.wait();
    }
    auto done = forward(rest);
    stalled(direction::up, done < rest.size() && target_);
    while (done < rest.size() && target_) {
        const auto [ec] = co_await target_->wait(net::readiness::write);
        if (ec) {
            target_deaf_ = true;
            break;
        }
        const auto more = forward(std::span(rest).subspan(done));
        if (more > 0) {
            delivered_ = net::clock::now();
        }
        done += more;
    }
    stalled(direction::up, false);
    delivering_ = false;
    unanswered_since_.reset();
    pinged_.reset(); // its pong has waited for us
}

/// While up does not read it does not hear that the client has gone, and what a client said before
/// it went is still to be read: somebody has to look that this comes to an end.
void bridge::watch_client() {
    if (!std::exchange(watching_, true)) {
        client_seen_ = net::clock::now();
        next_look_ = client_seen_ + look_interval();
        timer_.cancel();
    }
}

net::clock::duration bridge::look_interval() const {
    return options_.close / looks;
}

void bridge::look_at_client(net::clock::time_point now) {
    watching_ = delivering_ || outbox_.broken();
    if (!watching_ || now < next_look_) {
        return;
    }
    next_look_ = now + look_interval();
    if (!client_.is_broken() && !outbox_.broken()) {
        client_seen_ = now;
    } else if (now >= std::max(client_seen_, delivered_) + options_.close) {
        client_left(outbox_.broken() ? outbox_.broken()
                                     : net::error_code{asio::error::connection_reset});
        cut();
    }
}

void bridge::client_left(net::error_code ec) {
    if (ec == asio::error::eof && outbox_.broken()) { // which has heard of it first
        ec = outbox_.broken();
    }
    end(ended_by::client, close_code::abnormal,
        ec == asio::error::eof ? "closed without Close" : ec.message());
}

// ---- target to client ----

asio::awaitable<void> bridge::down() {
    if (co_await open_target()) {
        for (;;) {
            if (!outbox_.idle()) { // a client that does not read stops the reading here
                stalled(direction::down, true);
                co_await outbox_.flushed();
                stalled(direction::down, false);
            }
            if (outbox_.broken()) { // up hears of it behind the client's last bytes
                watch_client();
            }
            if (const auto [ec] = co_await target_->wait(net::readiness::read); ec) {
                target_ended(ec);
                break;
            }
            if (!outbox_.idle()) { // a control frame has come between
                continue;
            }
            const auto got = target_->read_some(down_room());
            if (got.would_block()) {
                continue;
            }
            if (got.error) {
                target_ended(got.error);
                break;
            }
            // Read all the same: closing a socket with unread bytes resets it.
            if (ending_ || outbox_.broken()) {
                continue;
            }
            moved(direction::down, got.bytes);
            send_down(got.bytes);
        }
        target_->close();
    }
    target_over_ = true;
    changed_.notify();
}

/// Where the target's bytes go: as many as may be sent at once.
std::span<std::byte> bridge::down_room() const {
    const auto most = options_.text == text_frames::base64 ? options_.max_frame / 4 * 3 // RFC 4648
                                                           : room_.size;
    return scratch_.subspan(room_.gap, std::min(most, room_.size));
}

void bridge::send_down(std::size_t payload) {
    if (options_.text != text_frames::base64) {
        outbox_.send(enframe(scratch_, room_, payload, options_.max_frame, options_.keys));
        return;
    }
    const auto data = scratch_.subspan(room_.gap, payload);
    outbox_.send(text_frame(
        to_base64({reinterpret_cast<const char*>(data.data()), data.size()}))); // NOLINT: bytes
}

/// What dials is cancelled by cut(); an exception is how a cancelled coroutine ends.
asio::awaitable<dialled> bridge::dial_until_cut() {
    dialled got{nullptr, asio::error::operation_aborted};
    dialling_ = true;
    try {
        got = co_await dial_();
    } catch (const boost::system::system_error&) {
        if (!cut_) {
            throw;
        }
    }
    dialling_ = false;
    co_return got;
}

asio::awaitable<bool> bridge::open_target() {
    while (options_.dial == dial_time::first_data && !delivering_ && !cut_) {
        co_await changed_.wait();
    }
    if (cut_) {
        co_return false;
    }
    const auto began = net::clock::now();
    auto got = co_await dial_until_cut();
    if (cut_) {
        co_return false;
    }
    report_dial(got, began);
    if (!got.stream) {
        target_failed(got);
        co_return false;
    }
    target_ = std::move(got.stream);
    if (options_.tell_status) {
        outbox_.tell(R"({"status":"ready","details":"Upstream socket connected"})");
    }
    changed_.notify();
    if (ending_ && !delivering_) {
        finish_target();
    }
    co_return true;
}

/// The client hears what kind of failure it is, and more only where it may know the target.
void bridge::target_failed(const dialled& got) {
    constexpr auto what = "Failed to connect to downstream server";
    const auto why = got.problem.empty() ? got.error.message() : got.problem;
    const auto told = options_.target_name.empty()
                          ? std::string{what}
                          : fmt::format("{}: {}: {}", what, options_.target_name, why);
    if (options_.tell_status) {
        outbox_.tell(json::serialize(json::object{
            {"status", "error"}, {"details", fmt::format("Upstream socket error; {}", told)}}));
    }
    close_with(ended_by::target, close_code::internal_error, told);
    if (summary_.by == ended_by::target) {
        summary_.reason = fmt::format("{}: {}", what, why);
    }
}

void bridge::report_dial(const dialled& got, net::clock::time_point began) {
    if (options_.observer == nullptr || got.counted) {
        return;
    }
    if (got.stream) {
        options_.observer->connected(net::clock::now() - began);
    } else {
        options_.observer->failed(got.error);
    }
}

void bridge::moved(direction d, std::size_t payload) {
    (d == direction::up ? summary_.up : summary_.down) += payload;
    if (options_.idle.count() > 0 && payload > 0) {
        moved_ = net::clock::now();
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

void bridge::target_ended(net::error_code ec) {
    // Its reset is told once, to whoever comes first; EPIPE: it had ended before it was written to.
    if (target_error_ && target_error_ != asio::error::broken_pipe) {
        ec = target_error_;
    }
    if (ec == asio::error::eof) {
        close_with(ended_by::target, close_code::normal, "Target closed");
    } else {
        close_with(ended_by::target, close_code::internal_error,
                   options_.target_name.empty() ? "Target connection lost"
                                                : fmt::format("Target connection lost: {}: {}",
                                                              options_.target_name, ec.message()));
    }
}

/// Tells the target that nothing more comes; down then reads until it has closed as well.
void bridge::finish_target() {
    if (target_ && !target_over_ && !std::exchange(target_finished_, true)) {
        target_->shutdown_send();
    }
}

// ---- time ----

void bridge::keep_time() {
    const auto now = net::clock::now();
    if (!ending_) {
        look_at_client(now);
        look_after_client(now);
    } else if (!cut_ && now >= cut_at() && !client_takes_more(now)) {
        cut();
    }
}

/// What is still on its way to a slow client, and our Close behind it, would be lost with the
/// connection.
bool bridge::client_takes_more(net::clock::time_point now) {
    const auto before = std::exchange(untaken_, client_.untaken());
    const bool takes =
        untaken_ < before && now < std::max(end_began_, outbox_.last_progress()) + options_.deliver;
    if (takes) {
        taken_ = now;
    }
    return takes;
}

net::clock::time_point bridge::next_deadline() const {
    if (cut_) {
        return never;
    }
    if (ending_) {
        return cut_at();
    }
    auto next = options_.ping.count() > 0 ? next_ping_ : never;
    if (unanswered_since_ && options_.pong.count() > 0 && !delivering_) {
        next = std::min(next, *unanswered_since_ + options_.pong);
    }
    if (options_.idle.count() > 0) {
        next = std::min(next, moved_ + options_.idle);
    }
    if (watching_) {
        next = std::min(next, next_look_);
    }
    return next;
}

/// Who makes progress is not cut off.
net::clock::time_point bridge::cut_at() const {
    if (delivering_ && summary_.by == ended_by::client) { // it came before the client's Close
        return std::max(end_began_, delivered_) + options_.deliver;
    }
    return std::max({end_began_, delivered_, outbox_.last_progress(), taken_}) + options_.close;
}

void bridge::look_after_client(net::clock::time_point now) {
    if (options_.pong.count() > 0 && unanswered_since_ && !delivering_ &&
        now >= *unanswered_since_ + options_.pong) {
        if (client_.untaken() > 0) { // perhaps the ping has not got there yet
            unanswered_since_ = now;
            return;
        }
        close_with(ended_by::gateway, close_code::internal_error, "No answer to ping");
        finish_target();
        return;
    }
    if (options_.idle.count() > 0 && now >= moved_ + options_.idle) {
        leave("idle");
        return;
    }
    if (options_.ping.count() == 0 || now < next_ping_) {
        return;
    }
    if (const auto due = outbox_.last_progress() + options_.ping; due > now) {
        next_ping_ = due;
        return;
    }
    next_ping_ = now + options_.ping;
    // A client that does not take what it has been sent cannot answer a ping behind it.
    if (outbox_.idle()) {
        outbox_.ping();
        unanswered_since_ = unanswered_since_.value_or(now);
        pinged_ = pinged_.value_or(now);
    }
}

// ---- endings ----

void bridge::go_away() {
    if (!ending_) {
        leave("going away");
    }
}

void bridge::leave(std::string_view why) {
    close_with(ended_by::gateway, close_code::going_away, why);
    if (!delivering_) {
        finish_target();
    }
}

/// The first reason is the one that is reported.
void bridge::end(ended_by who, close_code code, std::string_view reason) {
    if (std::exchange(ending_, true)) {
        return;
    }
    summary_.by = who;
    summary_.code = code;
    summary_.reason = reason;
    end_began_ = net::clock::now();
    untaken_ = client_.untaken();
    timer_.cancel();
}

void bridge::close_with(ended_by who, close_code code, std::string_view reason) {
    end(who, code, reason);
    outbox_.close(code, reason);
}

/// Both sides, now; every task ends by itself.
void bridge::cut() {
    cut_ = true;
    if (dialling_) {
        stop_dialling_.emit(asio::cancellation_type::terminal);
    }
    outbox_.stop();
    client_.close();
    if (target_) {
        target_->close();
    }
    changed_.notify();
}

} // namespace wsgate
