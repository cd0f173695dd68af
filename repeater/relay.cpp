// Runs a pump each way: passes FIN on, and lets the other direction finish within limits.
// SPDX-License-Identifier: EUPL-1.2
#include "repeater/relay.hpp"

#include "net/memory_reserve.hpp"

#include <boost/asio/error.hpp>

#include <algorithm>
#include <limits>
#include <new>
#include <system_error>
#include <utility>

namespace repeater {

namespace {

using how = event::ended::how;

std::unique_ptr<paces> pace_of(const session_limits& l) {
    auto made = l.bandwidth > 0 ? std::make_unique<paces>() : nullptr;
    if (made) {
        for (auto& way : *made) {
            way.set(l.bandwidth);
        }
    }
    return made;
}

template <class Sides>
auto& of(Sides& two, rfb::side s) {
    return two[s == rfb::side::viewer ? 0 : 1];
}

} // namespace

relay::relay(const shared& m, pair p, const session_terms& t)
    : shared_(&m), number_(p.number()), newcomer_(p.newcomer),
      viewer_address_(p.viewer.name.address), server_address_(p.server.name.address),
      met_(std::move(p.met)), clock_(t.limits, m.loop.now()), pace_(pace_of(t.limits)),
      watch_(std::make_unique<session_watch>(t)),
      viewer_(*this, rfb::side::viewer, std::move(p.viewer.channel)),
      server_(*this, rfb::side::server, std::move(p.server.channel)) {
    if (!p.viewer.shown.empty()) { // what is read begins with it, and it is not written again
        (void)pass_watch(rfb::side::server, p.viewer.shown);
    }
    for (const auto side : {newcomer_, rfb::other(newcomer_)}) {
        auto& from = side == rfb::side::viewer ? p.viewer : p.server;
        pump_from(side).begin(std::move(from.early));
    }
}

relay::relay(const shared& m, moved_pair p, std::array<net::unique_fd, 2> sockets)
    : shared_(&m), number_(p.number), newcomer_(p.newcomer), viewer_address_(p.viewer),
      server_address_(p.server), met_(std::move(p.met)),
      clock_(p.limits, p.began, p.moved_at, p.lingers, m.loop.now()), pace_(pace_of(p.limits)),
      watch_(p.handshake ? std::make_unique<session_watch>(std::move(*p.handshake), p.has_insight)
                         : nullptr),
      viewer_(*this, rfb::side::viewer, net::tcp_channel(std::move(sockets[0]), true)),
      server_(*this, rfb::side::server, net::tcp_channel(std::move(sockets[1]), true)),
      first_to_end_(p.first_to_end) {
    for (const auto side : {rfb::side::viewer, rfb::side::server}) {
        auto& flow = of(p.flows, side);
        at(side).outcome = flow.outcome;
        at(side).ahead = static_cast<net::tcp_channel::receiving>(flow.ahead);
        at(side).free_from = flow.free_from;
        pump_from(side).go_on({flow.bytes_read, flow.bytes_written}, std::move(flow.kept));
    }
}

moved_pair relay::describe() {
    moved_pair p{number_, newcomer_, viewer_address_, server_address_, true, met_};
    p.limits = clock_.limits();
    p.began = clock_.began();
    p.moved_at = clock_.moved_at();
    p.lingers = clock_.lingers();
    p.first_to_end = first_to_end_;
    for (const auto side : {rfb::side::viewer, rfb::side::server}) {
        auto& pump = pump_from(side);
        pump.settle();
        auto& flow = of(p.flows, side);
        flow.bytes_read = pump.progress().bytes_read;
        flow.bytes_written = pump.progress().bytes_written;
        flow.kept.assign(pump.kept().begin(), pump.kept().end());
        flow.outcome = at(side).outcome;
        flow.ahead = static_cast<std::uint8_t>(at(side).ahead);
        flow.free_from = at(side).free_from;
    }
    if (watch_) {
        p.handshake = watch_->handshake();
        p.has_insight = watch_->has_insight();
        tell_understood();
    }
    return p;
}

void relay::start() {
    for (const auto side : {rfb::side::viewer, rfb::side::server}) {
        at(side).channel.receive_ahead(net::tcp_channel::receiving::as_born);
    }
    go_on();
}

void relay::go_on() {
    try {
        for (auto* each : {&viewer_, &server_}) {
            each->channel.watch(shared_->loop, *each);
        }
        advance_both(newcomer_);
        if (first_to_end_ && !clock_.lingers()) { // its end has still to be passed on
            shared_->loop.again(at(*first_to_end_));
        }
        check_again();
    } catch (const std::system_error& e) { // no memory or no watch is left
        cut(how::stopped, e.code());
    }
    tell_owner();
}

void relay::leave() {
    check_at(session_clock::never);
    pause_until(session_clock::never);
    for (auto* each : {&viewer_, &server_}) {
        shared_->loop.not_again(*each);
        each->channel.leave_poller();
    }
}

void relay::go_on(const shared& there) {
    shared_ = &there;
    go_on();
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
    advance_both(side);
    if (waited_a_round && !at(rfb::other(side)).outcome) {
        pass_end_on();
    }
    keep_awake();
    tell_owner();
}

/// Something moves: the limits in time are looked at again, where they were not.
void relay::keep_awake() {
    if (!clock_.is_awake()) {
        clock_.wake();
        check_again();
    }
}

/// What is written in the place of what `from` has sent.
std::span<const std::byte> relay::pass_watch(rfb::side from, std::span<const std::byte> bytes) {
    auto& lent = shared_->rewriting;
    lent.back.clear();
    const auto on = watch_->passing(from, bytes, lent, age());
    insert(rfb::other(from), lent.back);
    if (const auto facts = watch_->take_facts()) {
        shared_->heard_by.described(number_, *facts);
    }
    if (watch_->has_enough()) {
        watch_.reset();
    }
    return on;
}

/// Of what was not read from `from`, but is written as if it had been.
void relay::insert(rfb::side from, std::span<const std::byte> bytes) {
    if (!bytes.empty() && !at(from).outcome) {
        pump_from(from).insert(bytes);
        inserted_ = from;
    }
}

/// Milliseconds since it began.
std::uint64_t relay::age() const {
    const auto time = shared_->loop.now() - clock_.began();
    return static_cast<std::uint64_t>(
        std::chrono::duration_cast<std::chrono::milliseconds>(time).count());
}

/// Lets both directions move what they can.
void relay::advance_both(rfb::side first) {
    advance(first);
    advance(rfb::other(first));
    if (const auto more = std::exchange(inserted_, std::nullopt)) {
        advance(*more);
    }
    obey_policy();
}

/// Where the policy ends the session: nothing more reaches the server, and the viewer gets what
/// there still is for it.
void relay::obey_policy() {
    using state = rfb::policed_session::state;
    const auto* const policed = watch_ ? watch_->policed() : nullptr;
    if (policed == nullptr || policed->now() == state::goes_on) {
        return;
    }
    if (!std::exchange(is_policy_broken_, true)) {
        tell_policy_broken();
        clock_.one_has_ended(shared_->loop.now());
        check_again();
    }
    const bool is_told = policed->now() == state::over && from_server_.kept().empty();
    if (is_told && (!viewer_.outcome || !server_.outcome)) {
        viewer_.channel.discard_unread(); // the words would be lost in a reset
        cut(how::policy, {});
    }
}

void relay::tell_policy_broken() {
    const auto& policed = *watch_->policed();
    event::policy_broken e{number_, policed.reason()};
    if (const auto& by = policed.broken_by()) {
        e.by = by->first;
        e.what = by->second;
    }
    shared_->heard_by.broke_policy(e);
}

void relay::tell_understood() {
    if (auto read = look_inside()) {
        shared_->heard_by.understood({number_, std::move(*read)});
    }
}

/// Nothing where nobody reads what it carries.
std::optional<event::reading> relay::look_inside() const {
    const auto* const seen = watch_ ? watch_->seen() : nullptr;
    return seen == nullptr ? std::nullopt
                           : std::optional{event::reading{age(), *seen, watch_->dropped()}};
}

std::optional<rfb::viewer_policy> relay::change_policy(const policy_change& change) {
    auto* const policed = watch_ ? watch_->policed() : nullptr;
    std::vector<std::byte> released;
    if (policed == nullptr || !policed->set(change(policed->viewer()), released)) {
        return std::nullopt;
    }
    insert(rfb::side::viewer, released);
    shared_->loop.again(viewer_);
    return policed->viewer();
}

void relay::advance(rfb::side from) {
    auto& mine = at(from);
    if (mine.outcome) {
        return;
    }
    // Out of memory ends this pair, not the worker.
    net::pump_result result{net::pump_result::end::read_error, asio::error::no_memory};
    try {
        const net::allocations_may_fail here;
        const auto now = run_pump(from);
        if (now == net::pump::state::goes_on) {
            shared_->loop.again(mine);
        }
        free_what_flows(from);
        if (now != net::pump::state::ended) {
            return;
        }
        result = pump_from(from).result();
    } catch (const std::bad_alloc&) {
    }
    finish(from, result);
}

/// Lets a direction move what it can, and counts that.
net::pump::state relay::run_pump(rfb::side from) {
    auto& pump = pump_from(from);
    const auto before = pump.progress().bytes_written;
    const auto now = is_paced() ? run_paced(from) : pump.run(shared_->pump);
    auto& carried =
        from == rfb::side::viewer ? shared_->carried.from_viewers : shared_->carried.from_servers;
    carried.add(pump.progress().bytes_written - before);
    return now;
}

bool relay::is_paced() const {
    return pace_ || (shared_->all_pairs != nullptr && shared_->all_pairs->front().is_limited());
}

/// Reads one portion, and the next when that is paid for. A portion is copied: a pipe would take
/// more of it at once than may pass.
net::pump::state relay::run_paced(rfb::side from) {
    using state = net::pump::state;
    constexpr unsigned never_streams = std::numeric_limits<unsigned>::max();
    auto& mine = at(from);
    auto& pump = pump_from(from);
    auto some = shared_->pump;
    some.reads_a_turn = shared_->loop.now() < mine.paused_until ? 0 : 1;
    some.reads_before_streaming = never_streams;
    const auto& narrowest = pace_ ? *pace_ : *shared_->all_pairs;
    some.scratch = some.scratch.first(std::min(some.scratch.size(), narrowest.front().portion()));
    const auto before = pump.progress().bytes_read;
    const auto now = pump.run(some);
    if (const auto moved = pump.progress().bytes_read - before; moved > 0) {
        mine.paused_until = take(from, moved);
    }
    if (now != state::goes_on || mine.paused_until <= shared_->loop.now()) {
        return now;
    }
    pause_until(mine.paused_until);
    return state::waits;
}

/// When all of it is paid for, by both limits.
net::clock::time_point relay::take(rfb::side from, std::uint64_t bytes) {
    const std::size_t way = from == rfb::side::viewer ? 0 : 1;
    const auto now = shared_->loop.now();
    const auto own = pace_ ? pace_->at(way).take(bytes, now) : now;
    const auto of_all =
        shared_->all_pairs != nullptr ? shared_->all_pairs->at(way).take(bytes, now) : now;
    return std::max(own, of_all);
}

void relay::resume() {
    resume_at_ = session_clock::never;
    advance_both(newcomer_);
    keep_awake();
    tell_owner();
}

/// Sees to it that resume() is called by then; session_clock::never: that it is not.
void relay::pause_until(net::clock::time_point when) {
    if (when >= resume_at_ && when != session_clock::never) {
        return;
    }
    if (resume_at_ != session_clock::never) {
        shared_->heard_by.unpause(number_, std::exchange(resume_at_, session_clock::never));
    }
    if (when != session_clock::never) {
        shared_->heard_by.pause(number_, when);
        resume_at_ = when;
    }
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
    clock_.one_has_ended(shared_->loop.now());
    check_again();
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

/// How far the direction has come. What the kernel has not delivered yet, and our end of it, is not
/// taken. The repeater's greeting may be among that, which nobody has read: the numbers wrap then.
flow relay::flow_from(rfb::side from) const {
    const auto& progress = pump_from(from).progress();
    const auto undelivered = net::untaken_of(at(rfb::other(from)).channel.native_handle());
    return {progress.bytes_read, progress.bytes_written - undelivered};
}

// The direction that is left may go on while it moves. One that is silent is cut: many programs
// never close their half, and would keep the pair for ever.
void relay::check_limits() {
    next_check_ = session_clock::never;
    const auto verdict = clock_.look({flow_from(rfb::side::viewer), flow_from(rfb::side::server)},
                                     shared_->loop.now());
    if (verdict == session_clock::verdict::goes_on) {
        bound_what_is_held_up();
        check_again();
    } else {
        cut_at(verdict);
    }
    tell_owner();
}

void relay::let_kernel_hold(rfb::side from, net::tcp_channel::receiving how) {
    const bool flows = how == net::tcp_channel::receiving::freely;
    at(from).ahead = how;
    at(from).channel.receive_ahead(how);
    at(rfb::other(from)).channel.keep_unsent(flows ? unsent_while_it_flows : unsent_at_first);
}

// A receiver that takes nothing makes the kernel hold what its sender sends: what it takes from us
// for that receiver, and what it receives ahead of us, which by default may be megabytes each. So
// it may hold little until the direction has proven that it flows, and again after it was held up.
void relay::free_what_flows(rfb::side from) {
    auto& mine = at(from);
    if (mine.ahead != net::tcp_channel::receiving::freely &&
        pump_from(from).progress().bytes_written >= mine.free_from) {
        let_kernel_hold(from, net::tcp_channel::receiving::freely);
    }
}

void relay::bound_what_is_held_up() {
    for (const auto from : {rfb::side::viewer, rfb::side::server}) {
        const auto& progress = pump_from(from).progress();
        const bool is_full = progress.bytes_read != progress.bytes_written;
        if (is_full && clock_.is_held_up(from == rfb::side::viewer ? 0 : 1) &&
            at(from).ahead != net::tcp_channel::receiving::little) {
            let_kernel_hold(from, net::tcp_channel::receiving::little);
            at(from).free_from = progress.bytes_written + bytes_that_prove;
        }
    }
}

void relay::cut_at(session_clock::verdict why) {
    using over = session_clock::verdict;
    if (why == over::stalled && !first_to_end_) {
        first_to_end_ = clock_.stalled() == 0 ? rfb::side::viewer : rfb::side::server;
    }
    cut(is_policy_broken_      ? how::policy
        : why == over::stalled ? how::stalled
        : why == over::silent  ? how::silent
        : why == over::expired ? how::expired
                               : how::lingered,
        {});
}

void relay::check_again() {
    check_at(clock_.next(shared_->loop.now()));
}

void relay::check_at(net::clock::time_point when) {
    if (next_check_ == when) {
        return;
    }
    if (next_check_ != session_clock::never) {
        shared_->heard_by.forget(number_, next_check_);
    }
    next_check_ = session_clock::never;
    if (when == session_clock::never) {
        return;
    }
    try {
        shared_->heard_by.remind(number_, when);
        next_check_ = when;
    } catch (const std::bad_alloc&) {
        cut(how::stopped, asio::error::no_memory);
    }
}

event::carries relay::look(net::clock::time_point now) const {
    return {number_,
            viewer_address_,
            server_address_,
            from_viewer_.progress().bytes_written,
            from_server_.progress().bytes_written,
            std::chrono::duration_cast<std::chrono::milliseconds>(now - clock_.began()),
            met_,
            look_inside()};
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
    check_at(session_clock::never);
    pause_until(session_clock::never);
    for (auto* each : {&viewer_, &server_}) {
        each->channel.close();
    }
    tell_understood();
    shared_->heard_by.ended(event::ended{
        number_, newcomer_, *first_to_end_, *viewer_.outcome, *server_.outcome,
        std::chrono::duration_cast<std::chrono::milliseconds>(shared_->loop.now() - clock_.began()),
        std::move(met_)});
}

} // namespace repeater
