// Borrows from a free list; a pipe with bytes left is closed, not reused.
// SPDX-License-Identifier: EUPL-1.2
#include "net/pipe_pool.hpp"

#include <array>
#include <fcntl.h>
#include <unistd.h>

namespace net {

namespace {

std::optional<pipe> make_pipe() {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_NONBLOCK | O_CLOEXEC) != 0) {
        return std::nullopt;
    }
    pipe made{unique_fd{ends[0]}, unique_fd{ends[1]}, 0, 0};
    // Beyond the user's share of pipe pages this fails, and the pipe keeps its small size.
    (void)::fcntl(made.write_end.get(), F_SETPIPE_SZ, static_cast<int>(pipe_pool::wanted_capacity));
    const int size = ::fcntl(made.write_end.get(), F_GETPIPE_SZ);
    if (size < 0 || static_cast<std::size_t>(size) < pipe_pool::wanted_capacity) {
        return std::nullopt; // a small pipe is slower than copying
    }
    made.capacity = static_cast<std::size_t>(size);
    return made;
}

} // namespace

std::optional<pipe_pool::lease> pipe_pool::borrow() {
    if (lent_ >= most_) {
        return std::nullopt;
    }
    std::optional<pipe> found;
    if (free_.empty()) {
        found = make_pipe();
    } else {
        found = std::move(free_.back());
        free_.pop_back();
    }
    if (!found) {
        return std::nullopt;
    }
    ++lent_;
    return std::optional<lease>(std::in_place, *this, std::move(*found));
}

void pipe_pool::take_back(pipe p) {
    --lent_;
    // Bytes of one session must never reach another: closing is the only sure way to empty a pipe.
    if (p.pending == 0) {
        p.is_fragmented = false;
        free_.push_back(std::move(p));
    }
}

} // namespace net
