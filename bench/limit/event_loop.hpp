// One thread's epoll loop: owns connections, tells them that they are ready, ends them.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/unique_fd.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <sys/epoll.h>
#include <utility>
#include <vector>

namespace bench::limit {

using net::unique_fd;

/// A socket in the loop's epoll set.
class source {
public:
    source(const source&) = delete;
    source& operator=(const source&) = delete;
    virtual ~source() = default;

    /// `events` is what epoll tells; 0 is a turn that was asked for, or a descriptor that has
    /// become free.
    virtual void ready(std::uint32_t events) = 0;

    [[nodiscard]] const unique_fd& socket() const { return socket_; }

protected:
    explicit source(unique_fd socket) : socket_(std::move(socket)) {}

private:
    friend class event_loop;

    unique_fd socket_;
};

/// All functions throw std::system_error where epoll fails.
class event_loop {
public:
    event_loop();

    /// Every read goes here. In front of it there is room for a frame's header.
    [[nodiscard]] std::span<std::byte> scratch() { return std::span(buffer_).subspan(gap); }

    static constexpr std::size_t gap = 16;

    /// Makes a socket known to epoll.
    void add(source&, std::uint32_t events);
    void change(source&, std::uint32_t events);

    void adopt(std::unique_ptr<source>);

    /// Calls ready(0) once the other sockets that are ready have had their turn.
    void ask_for_a_turn(source& s) { turns_.push_back(&s); }

    /// Calls ready(0) once a descriptor may be had again.
    void await_a_descriptor(source& s) { awaiting_descriptors_.push_back(&s); }

    /// Closes its socket at once. The object lives until the events at hand are dealt with, since
    /// one of them may be for it.
    void end(source&);

    [[noreturn]] void run();

private:
    void take_turns();

    static constexpr std::size_t buffer_size = std::size_t{256} * 1024;

    unique_fd epoll_;
    std::vector<std::unique_ptr<source>> sources_; // by descriptor
    std::vector<std::unique_ptr<source>> ended_;
    std::vector<source*> turns_;
    std::vector<source*> awaiting_descriptors_;
    std::array<epoll_event, 256> events_{};
    std::array<std::byte, gap + buffer_size> buffer_{};
};

} // namespace bench::limit
