// A list of keys by the times at which they are due.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/clock.hpp"

#include <optional>
#include <set>
#include <utility>

namespace net {

/// The earliest comes out first. Adding, removing and taking cost as much as in a std::set, and
/// each entry costs one node of it. The same key may be listed for several times. The node of an
/// entry that was taken or removed is kept for the next one: who moves an entry allocates nothing.
template <class Key>
class agenda {
public:
    void add(clock::time_point when, Key key) {
        if (spare_.empty()) {
            all_.emplace(when, std::move(key));
        } else {
            spare_.value() = {when, std::move(key)};
            all_.insert(std::move(spare_));
        }
    }

    /// Removes the entry that was added with this time and key; does nothing where it has been
    /// taken.
    void remove(clock::time_point when, const Key& key) {
        if (auto node = all_.extract({when, key})) {
            spare_ = std::move(node);
        }
    }

    /// When the earliest entry is due; time_point::max() where nothing is listed.
    [[nodiscard]] clock::time_point next() const {
        return all_.empty() ? clock::time_point::max() : all_.begin()->first;
    }

    /// Takes the earliest entry out, if its time has come by `now`.
    [[nodiscard]] std::optional<Key> take_due(clock::time_point now) {
        if (all_.empty() || all_.begin()->first > now) {
            return std::nullopt;
        }
        spare_ = all_.extract(all_.begin());
        return std::move(spare_.value().second);
    }

private:
    using list = std::set<std::pair<clock::time_point, Key>>;

    list all_;
    typename list::node_type spare_;
};

} // namespace net
