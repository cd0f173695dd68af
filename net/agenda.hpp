// What is due when.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/deadline.hpp"

#include <optional>
#include <set>
#include <utility>

namespace net {

template <class Key>
class agenda {
public:
    void add(clock::time_point when, Key key) { all_.emplace(when, std::move(key)); }

    /// As it was added; does nothing where it has been taken.
    void remove(clock::time_point when, const Key& key) { all_.erase({when, key}); }

    /// time_point::max() where nothing is listed.
    [[nodiscard]] clock::time_point next() const {
        return all_.empty() ? clock::time_point::max() : all_.begin()->first;
    }

    /// The earliest, where its time has come.
    [[nodiscard]] std::optional<Key> take_due() {
        if (all_.empty() || all_.begin()->first > clock::now()) {
            return std::nullopt;
        }
        return std::move(all_.extract(all_.begin()).value().second);
    }

private:
    std::set<std::pair<clock::time_point, Key>> all_;
};

} // namespace net
