// Pipes that carry bytes from socket to socket without copying them (splice(2)).
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/lease.hpp"
#include "net/unique_fd.hpp"

#include <cstddef>
#include <optional>
#include <vector>

namespace net {

/// A pipe(7) and what is known of its bytes.
struct pipe {
    unique_fd read_end;
    unique_fd write_end;
    std::size_t capacity = 0; ///< bytes; what fits may be less, where the pieces are small
    std::size_t pending = 0;  ///< bytes in it
    /// Full before its capacity: the bytes came in packets so small that copying costs less.
    bool is_fragmented = false;
};

/// Lends pipes to the directions that stream; one event loop. A pipe with bytes left in it is never
/// lent again. Unprivileged users have 16384 pipe pages in all (pipe(7)): hence the cap, and
/// directions without a pipe go on by copying.
class pipe_pool {
public:
    static constexpr std::size_t wanted_capacity = std::size_t{256} * 1024;

    /// `most`: how many pipes may be lent at a time; 0: none, so that everything is copied.
    explicit pipe_pool(std::size_t most) : most_(most) {}

    pipe_pool(const pipe_pool&) = delete;
    pipe_pool& operator=(const pipe_pool&) = delete;
    ~pipe_pool() = default;

    /// A borrowed pipe; its end gives the pipe back to the pool, which must live longer.
    using lease = net::lease<pipe_pool, pipe>;

    /// Empty where no more may be lent, or the system has none.
    [[nodiscard]] std::optional<lease> borrow();

    [[nodiscard]] std::size_t lent() const { return lent_; }

private:
    friend lease;

    void take_back(pipe);

    std::size_t most_;
    std::size_t lent_ = 0;
    std::vector<pipe> free_;
};

} // namespace net
