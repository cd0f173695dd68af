// Tells which of many sockets can be read or written (epoll(7)).
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/unique_fd.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <sys/epoll.h>
#include <vector>

namespace net {

/// What has changed on a socket. Each change is told once (EPOLLET).
struct ready {
    bool to_read = false;
    bool to_write = false;
    bool unusual = false; ///< the peer has closed, broken off or sent urgent data
};

/// For the sockets of which there are many: those that wait for a partner and those that relay.
/// Asio would need some 500 bytes of memory for each that is waited for, and a system call for
/// every wait; here a socket is made known once, and events of many come with one call. Belongs to
/// one thread; who calls dispatch() there is its host: poller_thread, or Asio by poller_guest.
class poller {
public:
    class watcher {
    public:
        /// May end the watching of any watcher, also by destroying it.
        virtual void wake(ready) = 0;

    protected:
        ~watcher() = default;
    };

    /// Throws std::system_error.
    poller();
    poller(const poller&) = delete;
    poller& operator=(const poller&) = delete;

    /// The first wake() follows soon. Throws std::system_error: out of memory or of watches.
    void add(int fd, watcher&);

    /// Ends the watching, after which no wake() comes. Must be called before the descriptor is
    /// closed or given away. Does nothing where it was not added.
    void remove(int fd, watcher&);

    /// Wakes a watcher once more, with an empty `ready`, after the others have had their turn.
    void again(watcher&);

protected:
    ~poller() = default;

    /// Wakes those for whom something has happened within `limit` (-1 ms: for ever), and those that
    /// want another turn.
    void dispatch(std::chrono::milliseconds limit);

    [[nodiscard]] int epoll() const { return epoll_.get(); }

    [[nodiscard]] std::size_t watched() const { return watched_; }

    [[nodiscard]] bool wants_turn() const { return !again_.empty(); }

private:
    /// Called when somebody begins to be watched or wants another turn.
    virtual void begun() {}

    /// Called when the last watching has ended and nobody wants another turn.
    virtual void idle() {}

    /// Takes a watcher out of what is about to be woken.
    void forget(const watcher&);

    // Most events of one epoll_wait(2): the rest of the thread gets a turn behind them.
    static constexpr std::size_t batch_size = 128;

    unique_fd epoll_;
    std::array<epoll_event, batch_size> batch_{};
    std::size_t fetched_ = 0; ///< of the batch; what has been told already included
    std::vector<watcher*> again_;
    std::vector<watcher*> turns_; ///< those of again_ that are being woken
    std::size_t watched_ = 0;
};

} // namespace net
