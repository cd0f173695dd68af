// Slows down those who guess passwords and tokens. Pure but for its lock: the time is given.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "wsgate/access/client_key.hpp"

#include <chrono>
#include <cstddef>
#include <list>
#include <mutex>
#include <optional>
#include <unordered_map>

namespace wsgate {

/// Each failure fills a client's bucket by one, and each `pardon` empties it by one.
struct brake_options {
    double burst = 20; ///< a bucket so full shuts the client out; 0: no client is shut out
    std::chrono::milliseconds pardon{6'000};
    std::chrono::milliseconds first_delay{100}; ///< doubled by every failure more
    std::chrono::milliseconds longest_delay{3'000};
    std::size_t rows = 65'536; ///< clients remembered; more push the longest silent out

    friend bool operator==(const brake_options&, const brake_options&) = default;
};

/// Shared by all threads.
class failure_brake {
public:
    using time_point = std::chrono::steady_clock::time_point;

    explicit failure_brake(const brake_options& o = {}) : options_(o) {}

    /// How long the answer to this failure is to be held back.
    std::chrono::milliseconds failed(client_key, time_point now);

    /// How much longer the client is shut out; nothing where it may try.
    [[nodiscard]] std::optional<std::chrono::seconds> shut_out(client_key, time_point now) const;

private:
    struct row {
        client_key client{};
        double fill = 0;
        time_point at;
    };

    [[nodiscard]] double fill_now(const row&, time_point now) const;
    [[nodiscard]] row& row_of(client_key, time_point now);

    brake_options options_;
    mutable std::mutex mutex_;
    std::list<row> rows_; ///< the one that failed last in front
    std::unordered_map<client_key, std::list<row>::iterator> by_client_;
};

} // namespace wsgate
