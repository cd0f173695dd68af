// Counters, gauges and histograms that any thread writes without a lock.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace service {

/// A number that only goes up.
class counter {
public:
    void add(std::uint64_t n = 1) { value_.fetch_add(n, std::memory_order_relaxed); }

    [[nodiscard]] std::uint64_t value() const { return value_.load(std::memory_order_relaxed); }

private:
    std::atomic<std::uint64_t> value_{0};
};

class gauge {
public:
    void add(std::int64_t n) { value_.fetch_add(n, std::memory_order_relaxed); }

    [[nodiscard]] std::int64_t value() const { return value_.load(std::memory_order_relaxed); }

private:
    std::atomic<std::int64_t> value_{0};
};

/// A counter for what happens at every read. Each thread adds to a cache line of its own, as long
/// as there are no more threads than shards.
class sharded_counter {
public:
    void add(std::uint64_t n) { shards_[own_shard()].value.add(n); }

    [[nodiscard]] std::uint64_t value() const {
        std::uint64_t sum = 0;
        for (const auto& each : shards_) {
            sum += each.value.value();
        }
        return sum;
    }

private:
    static constexpr std::size_t shard_count = 16;

    struct alignas(64) shard {
        counter value;
    };

    [[nodiscard]] static std::size_t own_shard() {
        static std::atomic<std::size_t> next{0};
        thread_local const std::size_t own = next.fetch_add(1) % shard_count;
        return own;
    }

    std::array<shard, shard_count> shards_;
};

/// Counts times in buckets from a millisecond to ten seconds.
class histogram {
public:
    static constexpr std::array<double, 13> bounds{0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1,
                                                   0.25,  0.5,    1.0,   2.5,  5.0,   10.0};

    void observe(double seconds) {
        const auto* const bound = std::lower_bound(bounds.begin(), bounds.end(), seconds);
        counts_[static_cast<std::size_t>(bound - bounds.begin())].add();
        microseconds_.add(static_cast<std::uint64_t>(std::max(0.0, seconds) * 1e6));
    }

    /// How many times fell into this one bucket (not summed up as in the exposition); the last
    /// bucket has no upper bound.
    [[nodiscard]] std::uint64_t count(std::size_t bucket) const { return counts_[bucket].value(); }

    /// Calls `v` with each of its counters, in a fixed order.
    template <class Visitor>
    void show_counters(const Visitor& v) {
        for (auto& each : counts_) {
            v(each);
        }
        v(microseconds_);
    }

    [[nodiscard]] double sum() const { return static_cast<double>(microseconds_.value()) / 1e6; }

private:
    std::array<counter, bounds.size() + 1> counts_;
    counter microseconds_;
};

} // namespace service
