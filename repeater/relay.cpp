// Two pumps, one end: FIN is passed on, the other direction may finish, nothing waits for ever.
// SPDX-License-Identifier: EUPL-1.2
#include "repeater/relay.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>

#include <new>
#include <utility>

namespace repeater {

namespace {

using how = event::ended::how;

/// The session ends alone where a task of it cannot go on.
struct escaped {
    std::shared_ptr<relay> self;

    void operator()(const std::exception_ptr& e) const {
        if (e) {
            self->stop();
        }
    }
};

} // namespace

relay::relay(net::worker& w, pair p, const limits& l, unsigned splice_after, report r)
    : worker_(w), pair_(std::move(p)), limits_(l), splice_after_(splice_after),
      report_(std::move(r)), viewer_(w.executor(), pair_.viewer.connection),
      server_(w.executor(), pair_.server.connection), linger_timer_(w.executor()),
      started_(net::clock::now()) {}

void relay::start() {
    const auto executor = worker_.executor();
    for (const auto side : {pair_.newcomer, rfb::other(pair_.newcomer)}) {
        auto& end = side == rfb::side::viewer ? pair_.viewer : pair_.server;
        asio::co_spawn(executor, run(side, std::move(end.connection.early)),
                       escaped{shared_from_this()});
    }
}

void relay::stop() {
    if (!cut_) {
        cut_ = how::stopped;
    }
    viewer_.close();
    server_.close();
    linger_timer_.cancel();
}

void relay::listen_in(rfb::side from, std::span<const std::byte> bytes) {
    if (handshake_.done()) {
        return;
    }
    handshake_.feed(from, bytes);
    if (handshake_.done()) {
        report_(event::described{pair_.number(), handshake_.facts()});
    }
}

asio::awaitable<void> relay::run(rfb::side from, std::vector<std::byte> early) {
    const auto self = shared_from_this();
    auto& mine = sent_by(from);
    // Out of memory ends this pair, not the worker.
    net::pump_result result{net::pump_result::end::read_error, asio::error::no_memory};
    try {
        result = co_await net::pump(stream_of(from), stream_of(rfb::other(from)), std::move(early),
                                    {worker_.scratch(), worker_.pipes(), splice_after_},
                                    mine.progress, mine);
    } catch (const std::bad_alloc&) {
    }
    finish(from, result);
}

void relay::finish(rfb::side from, const net::pump_result& result) {
    using end = net::pump_result::end;
    const auto reason = result.how == end::eof           ? how::eof
                        : result.how == end::read_error  ? how::read_error
                        : result.how == end::write_error ? how::write_error
                                                         : cut_.value_or(how::stopped);
    auto& mine = sent_by(from);
    const bool by_us = result.how == end::aborted;
    mine.outcome = {reason, by_us ? cut_error_ : result.error, mine.progress.bytes_written};
    if (!first_to_end_) {
        first_to_end_ = from;
    }
    const auto rest = rfb::other(from);
    if (sent_by(rest).outcome) {
        stop();
        tell_end();
    } else if (reason == how::read_error) {
        // Its connection is broken both ways: nobody is left to receive the other direction.
        cut_ = how::write_error;
        cut_error_ = result.error;
        stop();
    } else {
        asio::co_spawn(worker_.executor(), linger(rest), escaped{shared_from_this()});
    }
}

asio::awaitable<void> relay::linger(rfb::side still_open) {
    const auto self = shared_from_this();
    const auto& rest = sent_by(still_open);
    auto seen = rest.progress;
    auto stalled = std::chrono::milliseconds(0);
    while (!rest.outcome) {
        linger_timer_.expires_after(limits_.linger);
        const auto [cancelled] = co_await linger_timer_.async_wait(net::nothrow);
        if (cancelled || rest.outcome) {
            co_return;
        }
        const bool moved = rest.progress.bytes_written != seen.bytes_written ||
                           rest.progress.bytes_read != seen.bytes_read;
        const bool pending = rest.progress.bytes_read != rest.progress.bytes_written;
        seen = rest.progress;
        stalled = moved ? std::chrono::milliseconds(0) : stalled + limits_.linger;
        if (!moved && (!pending || stalled >= limits_.linger_stalled)) {
            cut_ = how::lingered;
            stop();
        }
    }
}

void relay::tell_end() {
    report_(event::ended{
        pair_.number(), pair_.newcomer, *first_to_end_, *from_viewer_.outcome,
        *from_server_.outcome,
        std::chrono::duration_cast<std::chrono::milliseconds>(net::clock::now() - started_),
        pair_.met});
}

} // namespace repeater
