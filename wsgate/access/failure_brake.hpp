// Slows down clients that guess passwords and tokens, then shuts them out. The time is a parameter.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/limits/source_table.hpp"

#include <chrono>
#include <cstddef>
#include <mutex>
#include <optional>

namespace wsgate {

/// Each failure fills a client's bucket by one, and each `pardon` empties it by one.
struct brake_options {
    double burst = 20; ///< a client whose bucket is so full is shut out; 0: nobody is
    std::chrono::milliseconds pardon{6'000};
    std::chrono::milliseconds first_delay{100}; ///< doubled by each further failure
    std::chrono::milliseconds longest_delay{3'000};
    /// Clients remembered; the one longest without a failure goes first.
    std::size_t rows = net::source_rows;

    friend bool operator==(const brake_options&, const brake_options&) = default;
};

/// Shared by all threads.
class failure_brake {
public:
    using time_point = std::chrono::steady_clock::time_point;

    explicit failure_brake(const brake_options& o = {}) : options_(o), clients_(o.rows) {}

    /// Counts a failure; returns how long its answer is to be delayed.
    std::chrono::milliseconds failed(net::source_key, time_point now);

    /// How much longer the client is shut out; nothing where it may try.
    [[nodiscard]] std::optional<std::chrono::seconds> shut_out(net::source_key,
                                                               time_point now) const;

private:
    struct row {
        double fill = 0;
        time_point at;

        [[nodiscard]] static bool is_in_use() { return false; }
    };

    [[nodiscard]] double fill_now(const row&, time_point now) const;

    brake_options options_;
    mutable std::mutex mutex_;
    net::source_table<row> clients_;
};

} // namespace wsgate
