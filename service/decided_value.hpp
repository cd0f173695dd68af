// Compares and copies a value of a configuration without knowing its type.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include <functional>

namespace service {

/// Refers to the value, which outlives it.
class decided_value {
public:
    template <class Value, class Same>
    decided_value(Value& value, Same same)
        : where_(&value), same_([&value, same](const void* other) {
              return same(value, *static_cast<const Value*>(other));
          }),
          copy_([&value](const void* other) { value = *static_cast<const Value*>(other); }) {}

    /// Whether both values are the same. They must be of one type.
    [[nodiscard]] bool is_same(const decided_value& other) const { return same_(other.where_); }

    void take(const decided_value& other) const { copy_(other.where_); }

private:
    const void* where_;
    std::function<bool(const void*)> same_;
    std::function<void(const void*)> copy_;
};

} // namespace service
