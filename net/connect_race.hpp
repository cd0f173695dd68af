// Decides which of a host's addresses is tried when, and which one has won (RFC 8305). Pure.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/nothrow.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <chrono>
#include <cstddef>
#include <optional>
#include <vector>

namespace net {

/// The addresses in the order to try them: without doubles, and the families in turn, beginning
/// with that of the first (RFC 8305 4).
[[nodiscard]] std::vector<asio::ip::tcp::endpoint>
    interleaved(std::vector<asio::ip::tcp::endpoint>);

/// Why another address than this one was taken: its answer had not come yet.
[[nodiscard]] error_code slower_than_another();

/// Tells what to do next. It has no timer and no socket, and the time is a parameter: who runs the
/// race does what look() says until that is to wait, reports what became of the attempts, and looks
/// again.
class connect_race {
public:
    using time_point = std::chrono::steady_clock::time_point;
    using duration = std::chrono::steady_clock::duration;

    /// The next attempt begins so long after the last one, or at once where that failed. Less, down
    /// to the shortest, where there are so many addresses that some would never be tried.
    static constexpr std::chrono::milliseconds longest_delay{250};
    static constexpr std::chrono::milliseconds shortest_delay{100};

    /// Attempts under way at a time. Names may have thousands of addresses, and a session must not
    /// take as many descriptors.
    static constexpr std::size_t most_open = 8;

    enum class action {
        begin,   ///< an attempt
        give_up, ///< an attempt, to make room for the next
        wait,    ///< until next(), or until something is reported
        over,    ///< there is a winner, or there will be none
    };

    struct step {
        action what = action::over;
        std::size_t which = 0; ///< for begin and give_up: the address, by its place in the list

        friend bool operator==(const step&, const step&) = default;
    };

    /// An address that was tried and is not the winner.
    struct loser {
        std::size_t which = 0;
        error_code error;

        friend bool operator==(const loser&, const loser&) = default;
    };

    connect_race(std::size_t addresses, time_point now, duration limit);

    [[nodiscard]] step look(time_point now);
    [[nodiscard]] time_point next() const;

    /// What became of an attempt. Ignored where it was given up, or the race has a winner.
    void connected(std::size_t which);
    void failed(std::size_t which, error_code, time_point now);

    [[nodiscard]] std::optional<std::size_t> winner() const { return winner_; }

    /// In the order in which they failed. Once the race is over also those without an answer:
    /// timed_out where it ended by its limit, else slower_than_another() if they began before the
    /// winner.
    [[nodiscard]] const std::vector<loser>& losers() const { return losers_; }

private:
    [[nodiscard]] bool is_open(std::size_t which) const;
    void lose(std::size_t which, error_code);
    step finish(std::size_t before, const error_code& why);

    std::size_t addresses_;
    time_point deadline_;
    duration delay_;
    time_point next_begin_;
    std::size_t begun_ = 0;
    std::vector<std::size_t> open_; ///< attempts under way, the oldest first
    std::vector<loser> losers_;
    std::optional<std::size_t> winner_;
};

} // namespace net
