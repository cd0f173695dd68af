// Passes one value from whoever has it to the one coroutine that waits for it.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/wake_up.hpp"

#include <optional>
#include <utility>

namespace net {

/// Belongs to one event loop. Holds one value for one taker, who may leave early
/// (`take() || expire_after(t)`).
template <class T>
class handoff {
public:
    explicit handoff(const asio::any_io_executor& executor) : given_(executor) {}

    void give(T value) {
        value_ = std::move(value);
        given_.notify();
    }

    /// Waits for the value. Empty only where the wait was cancelled.
    [[nodiscard]] asio::awaitable<std::optional<T>> take() {
        if (!value_) {
            co_await given_.wait();
        }
        co_return std::exchange(value_, std::nullopt);
    }

private:
    wake_up given_;
    std::optional<T> value_;
};

} // namespace net
