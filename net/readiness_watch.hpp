// What one descriptor is ready for: remembered, and waited for.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/event_loop.hpp"
#include "net/stream.hpp"

namespace net {

/// Belongs to a stream, which owns the descriptor. The poller learns of the descriptor when
/// somebody has to wait for the first time: most peers have spoken before we come to them, and some
/// leave before anybody waits.
class readiness_watch final : poller::watcher {
public:
    /// `readable`: whether an attempt to read may be worth making before the poller has said so.
    readiness_watch(const asio::any_io_executor&, bool readable);
    readiness_watch(const readiness_watch&) = delete;
    readiness_watch& operator=(const readiness_watch&) = delete;

    ~readiness_watch() { close(); }

    /// Whether an attempt may be worth making.
    [[nodiscard]] bool may(readiness) const;

    /// The last attempt would have blocked, or another one would.
    void blocked(readiness);

    /// The peer has closed or broken off: a read that brings less than it could is not the last.
    [[nodiscard]] bool unusual() const { return unusual_; }

    /// The connection has broken, or was never made.
    [[nodiscard]] bool broken() const { return broken_; }

    /// Completes at once where an attempt may be worth making.
    [[nodiscard]] asio::awaitable<std::tuple<error_code>> wait(int fd, readiness);

    /// Completes when the peer has closed or broken off, whether or not there are bytes to read.
    [[nodiscard]] asio::awaitable<std::tuple<error_code>> wait_for_end(int fd);

    /// As stream::watch().
    void watch(int fd, stream_watcher*);

    /// The descriptor is about to be closed. Waits complete with operation_aborted.
    void close();

    /// The same for a descriptor that is given away.
    void release(int fd);

private:
    void wake(ready) override;
    void watch_fd(int fd);
    void end_waits();

    event_loop& loop_;
    waiter reader_;
    waiter writer_;
    waiter end_;
    stream_watcher* watcher_ = nullptr;
    int fd_ = -1; ///< while it is watched
    bool readable_;
    bool writable_ = true;
    bool unusual_ = false;
    bool ended_ = false;
    bool broken_ = false;
};

} // namespace net
