// Runs a pump each way: passes FIN on, and lets the other direction finish within limits.
// SPDX-License-Identifier: EUPL-1.2
#include "repeater/relay.hpp"

#include <boost/asio/error.hpp>

#include <algorithm>
#include <new>
#include <system_error>
#include <utility>

namespace repeater {

namespace {

using how = event::ended::how;

} // namespace

relay::relay(const shared& m, pair p, const limits& l)
    : shared_(&m), number_(p.number()), newcomer_(p.newcomer),
      viewer_address_(p.viewer.name.address), server_address_(p.server.name.address),
      met_(std::move(p.met)), linger_(l.linger), linger_stalled_(l.linger_stalled),
      viewer_(*this, rfb::side::viewer, std::move(p.viewer.channel)),
      server_(*this, rfb::side::server, std::move(p.server.channel)) {
    for (const auto side : {newcomer_, rfb::other(newcomer_)}) {
        auto& from = side == rfb::side::viewer ? p.viewer : p.server;
        pump_from(side).begin(std::move(from.early));
    }
}

void relay::start() {
    try {
        for (auto* each : {&viewer_, &server_}) {
            each->channel.watch(shared_->loop, *each);
        }
        advance(newcomer_);
        advance(rfb::other(newcomer_));
    } catch (const std::system_error& e) { // no memory or no watch is left
        cut(how::stopped, e.code());
    }
    tell_owner();
}

void relay::leave() {
    for (auto* each : {&viewer_, &server_}) {
        shared_->loop.not_again(*each);
        each->channel.leave_poller();
    }
}

void relay::go_on(const shared& there) {
    shared_ = &there;
    start();
}

void relay::stop() {
    cut(how::stopped, {});
    tell_owner();
}

// A socket takes part in both directions: readable, it lets its own go on; writable, the one that
// writes to it. An attempt that cannot succeed costs no system call (tcp_channel).
void relay::wake(rfb::side side, net::ready r) {
    const bool is_turn = !r.to_read && !r.to_write;
    wakes_ = std::min(wakes_ + (is_turn ? 0 : 1), shared_->wakes_here);
    const bool waited_a_round = is_turn && first_to_end_ == side;
    at(side).channel.note(r);
    advance(side);
    advance(rfb::other(side));
    if (waited_a_round && !at(rfb::other(side)).outcome) {
        pass_end_on();
    }
    tell_owner();
}

void relay::listen_in(rfb::side from, std::span<const std::byte> bytes) {
    if (!handshake_) {
        return;
    }
    handshake_->feed(from, bytes);
    if (handshake_->done()) {
        shared_->heard_by.described(number_, handshake_->facts());
        handshake_.reset();
    }
}

void relay::advance(rfb::side from) {
    auto& mine = at(from);
    if (mine.outcome) {
        return;
    }
    // Out of memory ends this pair, not the worker.
    net::pump_result result{net::pump_result::end::read_error, asio::error::no_memory};
    try {
        const auto now = pump_from(from).run(shared_->pump);
        if (now == net::pump::state::goes_on) {
            shared_->loop.again(mine);
        }
        if (now != net::pump::state::ended) {
            return;
        }
        result = pump_from(from).result();
    } catch (const std::bad_alloc&) {
    }
    finish(from, result);
}

void relay::finish(rfb::side from, const net::pump_result& result) {
    using end = net::pump_result::end;
    const auto reason = result.how == end::eof          ? how::eof
                        : result.how == end::read_error ? how::read_error
                                                        : how::write_error;
    at(from).outcome = {reason, result.error, pump_from(from).progress().bytes_written};
    if (first_to_end_) {
        return; // the other direction had ended before, so that the pair is over
    }
    first_to_end_ = from;
    if (reason == how::read_error) {
        // A broken connection (RST) is broken both ways: nobody is left to receive the rest.
        cut(how::write_error, result.error);
    } else {
        // Where both sides have closed, the other one's end comes with this round's events. Both
        // connections are closed then, with nothing passed on before.
        shared_->loop.again(at(from));
    }
}

// FIN ends one direction only. Most peers close the other right away; one that does not may still
// have something to say, such as the rest of a file that was asked for.
void relay::pass_end_on() {
    const auto to = rfb::other(*first_to_end_);
    if (at(*first_to_end_).outcome->end == how::eof) {
        at(to).channel.shutdown_send();
    }
    seen_ = pump_from(to).progress();
    linger();
}

/// Ends the directions that have not ended by themselves, for this reason.
void relay::cut(how reason, const net::error_code& ec) {
    for (const auto side : {rfb::side::viewer, rfb::side::server}) {
        if (!at(side).outcome) {
            at(side).outcome = {reason, ec, pump_from(side).progress().bytes_written};
            first_to_end_ = first_to_end_.value_or(side);
        }
    }
}

void relay::linger() {
    linger_until_ = shared_->loop.now() + linger_;
    shared_->heard_by.remind(number_, linger_until_);
}

// The direction that is left is asked every limits.linger whether it has moved. One that is silent
// is cut: many programs never close their half, and would keep the pair for ever. One whose
// receiver is slow, so that we hold bytes for it, has limits.linger_stalled.
void relay::lingered() {
    const auto& now = pump_from(rfb::other(*first_to_end_)).progress();
    const bool moved =
        now.bytes_written != seen_.bytes_written || now.bytes_read != seen_.bytes_read;
    const bool pending = now.bytes_read != now.bytes_written;
    seen_ = now;
    stalled_ = moved ? std::chrono::milliseconds(0) : stalled_ + linger_;
    if (!moved && (!pending || stalled_ >= linger_stalled_)) {
        cut(how::lingered, {});
        tell_owner();
    } else {
        linger();
    }
}

event::carries relay::look(net::clock::time_point now) const {
    return {number_,
            viewer_address_,
            server_address_,
            from_viewer_.progress().bytes_written,
            from_server_.progress().bytes_written,
            std::chrono::duration_cast<std::chrono::milliseconds>(now - started_),
            met_};
}

/// Must be the last thing that a function does: the owner may destroy the relay, or give it away.
void relay::tell_owner() {
    if (viewer_.outcome && server_.outcome) {
        tell_end();
    } else if (!first_to_end_ && is_busy()) {
        shared_->heard_by.outgrew(number_);
    }
}

bool relay::is_busy() const {
    const auto carried = from_viewer_.progress().bytes_read + from_server_.progress().bytes_read;
    const bool is_woken_often = shared_->wakes_here > 0 && wakes_ == shared_->wakes_here;
    return carried >= shared_->bytes_here || is_woken_often;
}

void relay::tell_end() {
    if (linger_until_ != net::clock::time_point{}) {
        shared_->heard_by.forget(number_, linger_until_);
    }
    for (auto* each : {&viewer_, &server_}) {
        each->channel.close();
    }
    shared_->heard_by.ended(event::ended{
        number_, newcomer_, *first_to_end_, *viewer_.outcome, *server_.outcome,
        std::chrono::duration_cast<std::chrono::milliseconds>(shared_->loop.now() - started_),
        std::move(met_)});
}

} // namespace repeater
