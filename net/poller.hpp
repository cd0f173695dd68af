// Tells which of many sockets can be read or written (epoll(7)).
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/unique_fd.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <sys/epoll.h>
#include <vector>

namespace net {

/// What has changed on a socket. Each change is told once (EPOLLET).
struct ready {
    bool to_read = false;
    bool to_write = false;
    bool unusual = false; ///< the peer has closed, broken off or sent urgent data
    bool ended = false;   ///< the peer has closed or broken off, though there may be bytes to read
    bool broken = false;  ///< the connection is of no more use, though there may be bytes to read
};

/// A socket is made known once in its life and forgotten when it is closed, and events of many come
/// with one system call. Belongs to one thread, as a part of its event_loop.
class poller {
public:
    /// What the poller knows of a watcher.
    class watching {
    public:
        watching() = default;
        watching(const watching&) = delete;
        watching& operator=(const watching&) = delete;
        ~watching() = default;

        [[nodiscard]] bool is_watched() const { return key_ != none; }

    private:
        friend class poller;
        static constexpr std::uint64_t none = ~std::uint64_t{0};

        std::uint64_t key_ = none; ///< as the kernel has it: slot, and the slot's generation
        bool wants_turn_ = false;
    };

    class watcher : public watching {
    public:
        /// May end the watching of any watcher, also by destroying it.
        virtual void wake(ready) = 0;

    protected:
        ~watcher() = default;
    };

    class seat;

    poller(const poller&) = delete;
    poller& operator=(const poller&) = delete;

    /// The first wake() follows soon. Throws std::system_error: out of memory or of watches.
    void add(int fd, watcher&);

    /// The same, but it is not told that the descriptor takes bytes, unless await_room() asks for
    /// that. Most sockets are never full; and the kernel tells the writer of a Unix socket each
    /// time when its peer has read something.
    void add_reader(int fd, watcher&);

    /// A write would block: tells once it would not.
    void await_room(int fd, const watcher&);

    /// The same for a socket that listens, which other threads may watch as well: one of them is
    /// woken for a connection that comes, and again as long as there are some (no EPOLLET).
    void add_listener(int fd, watcher&);

    /// Ends the watching, after which no wake() comes. To be called before the descriptor is given
    /// away. Does nothing where it is not watched.
    void remove(int fd, watcher&);

    /// The same, at no cost, for a descriptor that is about to be closed.
    void forget(watcher&);

    /// As add_reader(), for a watching that can go on from one watcher to the next.
    [[nodiscard]] seat take_seat(int fd, watcher&);

    /// Wakes a watcher once more, with an empty `ready`, after the others have had their turn. It
    /// need not be watched.
    void again(watcher&);

    /// Takes back again().
    void not_again(watcher&);

protected:
    /// Throws std::system_error.
    poller();
    ~poller() = default;

    /// Waits for events, for so long at most (-1 ms: for ever), or not at all where somebody wants
    /// another turn.
    void fetch(std::chrono::milliseconds limit);

    /// Wakes those for whom something has happened, and those that wanted another turn before the
    /// fetch. Returns how many.
    std::size_t wake_all();

private:
    /// A watcher's place. Whoever comes into it later has another generation, so that an event
    /// which was fetched for its predecessor, or comes from a descriptor that a child still holds
    /// for a moment, is for nobody.
    struct slot {
        watcher* who = nullptr;
        std::uint32_t generation = 0;
        std::uint32_t missed = 0; ///< events that came while nobody was there to be woken
        int full = -1; ///< the descriptor, where a write to it has blocked and it tells once
        bool tells_of_room = false;
    };

    [[nodiscard]] std::uint64_t add(int fd, watcher&, std::uint32_t events);
    [[nodiscard]] std::uint64_t occupy(watcher&);
    void vacate(std::uint64_t key);
    void remove(int fd, std::uint64_t key);
    [[nodiscard]] slot& slot_of(std::uint64_t key);
    void await_room(int fd, std::uint64_t key);
    void change(int fd, std::uint64_t key, std::uint32_t events);
    void tell(const epoll_event&);

    // Most events of one epoll_wait(2): the rest of the thread gets a turn behind them.
    static constexpr std::size_t batch_size = 128;

    unique_fd epoll_;
    std::array<epoll_event, batch_size> batch_{};
    std::size_t fetched_ = 0;
    std::vector<slot> slots_;
    std::vector<std::uint32_t> free_;
    std::vector<watcher*> again_;
    std::vector<watcher*> turns_; ///< those of again_ that are being woken
};

/// The watching of one descriptor, as a value: whoever has it says who is woken. While it moves
/// nobody is, and what happens then is kept for the next watcher. Its end forgets the descriptor,
/// which is about to be closed. The poller must outlive it.
class poller::seat {
public:
    seat() = default;

    seat(const seat&) = delete;
    seat& operator=(const seat&) = delete;
    seat(seat&& other) noexcept;
    seat& operator=(seat&&) noexcept;

    ~seat() { leave(); }

    [[nodiscard]] bool is_taken() const { return poller_ != nullptr; }

    /// Wakes this watcher from now on. Returns what has happened since the one before was left.
    [[nodiscard]] ready give_to(watcher&);

    /// As the poller's.
    void await_room(int fd) { poller_->await_room(fd, key_); }

    /// Forgets the descriptor.
    void leave();

    /// The same for a descriptor that is given away.
    void leave(int fd);

private:
    friend class poller;

    seat(poller& p, std::uint64_t key) : poller_(&p), key_(key) {}

    poller* poller_ = nullptr;
    std::uint64_t key_ = 0;
};

} // namespace net
