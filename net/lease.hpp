// Something that an owner has given out, and gets back when whoever holds it is done.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include <utility>

namespace net {

/// Holds a `Key` of an `Owner`, which must live longer, and passes it to the owner's
/// `take_back(Key)` at its end, once, however often it was moved. One that is made without an
/// owner, or was moved from, gives nothing back.
template <class Owner, class Key>
class lease {
public:
    lease() = default;

    lease(Owner& owner, Key key) : owner_(&owner), key_(std::move(key)) {}

    lease(lease&& other) noexcept
        : owner_(std::exchange(other.owner_, nullptr)), key_(std::move(other.key_)) {}

    lease& operator=(lease&& other) noexcept {
        std::swap(owner_, other.owner_);
        std::swap(key_, other.key_);
        return *this;
    }

    lease(const lease&) = delete;
    lease& operator=(const lease&) = delete;

    ~lease() {
        if (owner_ != nullptr) {
            owner_->take_back(std::move(key_));
        }
    }

    [[nodiscard]] Key& operator*() { return key_; }

private:
    Owner* owner_ = nullptr;
    Key key_{};
};

} // namespace net
