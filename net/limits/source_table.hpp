// What is known of each source of connections, in a bounded number of rows.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/limits/source_key.hpp"

#include <boost/intrusive/list.hpp>
#include <boost/intrusive/unordered_set.hpp>

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <new>
#include <random>
#include <vector>

namespace net {

/// Sources choose their keys; a seed that they do not know keeps them from choosing one bucket of
/// a table for all of them.
class source_hash {
public:
    explicit source_hash(std::uint64_t seed = random_seed()) : seed_(seed) {}

    // The finalizer of SplitMix64.
    std::size_t operator()(source_key source) const {
        auto x = static_cast<std::uint64_t>(source) ^ seed_;
        x = (x ^ (x >> 30U)) * 0xbf58476d1ce4e5b9U;
        x = (x ^ (x >> 27U)) * 0x94d049bb133111ebU;
        return x ^ (x >> 31U);
    }

private:
    static std::uint64_t random_seed() {
        std::random_device random;
        return std::uint64_t{random()} << 32U | random();
    }

    std::uint64_t seed_;
};

/// Rows of a table, where nothing else is said.
inline constexpr std::size_t source_rows = 65'536;

/// A row for each source that was met lately. `Row` is what the owner of the table keeps of a
/// source; `bool is_in_use() const` of it says whether it must not be forgotten now. Where all rows
/// are taken, the one that was used longest ago is forgotten for a new source, and no memory is
/// asked for. A row stays at its place until it is forgotten. Not safe from several threads.
/// security L1
template <class Row>
class source_table {
    struct entry : boost::intrusive::list_base_hook<>, boost::intrusive::unordered_set_base_hook<> {
        source_key source{};
        Row row{};
    };

    static_assert(sizeof(entry) <= 64, "security L1: a row takes 64 bytes at most");

public:
    explicit source_table(std::size_t most_rows = source_rows)
        : most_rows_(most_rows), buckets_(std::bit_ceil(std::max<std::size_t>(most_rows, 1))),
          by_source_({buckets_.data(), buckets_.size()}, source_hash{}) {}

    source_table(const source_table&) = delete;
    source_table& operator=(const source_table&) = delete;

    ~source_table() {
        by_source_.clear();
        latest_.clear();
    }

    /// The source's row, which is the one used last from here on; a new one where it had none. Null
    /// where all rows are in use, or no memory is left for one: the caller is to let the source
    /// pass, since whoever fills the table must not keep others out by that.
    [[nodiscard]] Row* use(source_key source) {
        if (const auto known = by_source_.find(source); known != by_source_.end()) {
            latest_.splice(latest_.begin(), latest_, latest_.iterator_to(*known));
            return &known->row;
        }
        auto* const free = entries_.size() < most_rows_ ? add() : forget_oldest();
        if (free == nullptr) {
            ++passed_;
            return nullptr;
        }
        free->source = source;
        free->row = Row{};
        by_source_.insert(*free);
        latest_.push_front(*free);
        return &free->row;
    }

    /// The source's row; null where it has none.
    [[nodiscard]] const Row* find(source_key source) const {
        const auto known = by_source_.find(source);
        return known == by_source_.end() ? nullptr : &known->row;
    }

    /// Number of rows.
    [[nodiscard]] std::size_t size() const { return entries_.size(); }

    /// How many sources were forgotten for new ones so far.
    [[nodiscard]] std::uint64_t forgotten() const { return forgotten_; }

    /// How often a source got no row.
    [[nodiscard]] std::uint64_t passed() const { return passed_; }

private:
    struct source_of {
        using type = source_key;

        const type& operator()(const entry& e) const { return e.source; }
    };

    using list = boost::intrusive::list<entry>;
    using index = boost::intrusive::unordered_set<entry, boost::intrusive::key_of_value<source_of>,
                                                  boost::intrusive::hash<source_hash>,
                                                  boost::intrusive::power_2_buckets<true>>;

    entry* add() {
        try {
            return &entries_.emplace_back();
        } catch (const std::bad_alloc&) {
            return forget_oldest();
        }
    }

    /// Rows in use are passed over and count as used now; not all of them at once, so that a full
    /// table costs no more than others.
    entry* forget_oldest() {
        constexpr int most_looks = 16;
        for (int looks = 0; looks < most_looks && !latest_.empty(); ++looks) {
            auto& oldest = latest_.back();
            if (!oldest.row.is_in_use()) {
                latest_.pop_back();
                by_source_.erase(by_source_.iterator_to(oldest));
                ++forgotten_;
                return &oldest;
            }
            latest_.splice(latest_.begin(), latest_, latest_.iterator_to(oldest));
        }
        return nullptr;
    }

    std::size_t most_rows_;
    std::deque<entry> entries_;
    std::vector<typename index::bucket_type> buckets_;
    index by_source_;
    list latest_; ///< the one used last in front
    std::uint64_t forgotten_ = 0;
    std::uint64_t passed_ = 0;
};

} // namespace net
