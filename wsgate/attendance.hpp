// Counts the connections of the gateway, on whichever thread they are.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/deadline.hpp"
#include "wsgate/ops/connection_number.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <utility>

namespace wsgate {

/// Safe from any thread.
class attendance {
public:
    /// What a departure may be told of for. A call wakes another thread, so that nothing is told
    /// where nobody asked for it.
    struct news {
        std::function<void()> none_left{};    ///< the last connection has gone
        std::function<void()> session_over{}; ///< one that was a session has gone
    };

    /// `tell` is called on the thread of the connection that goes.
    explicit attendance(news tell) : tell_(std::move(tell)) {}

    attendance(const attendance&) = delete;
    attendance& operator=(const attendance&) = delete;
    ~attendance() = default;

    /// A connection has been accepted; numbers ascend in this order.
    [[nodiscard]] connection_number arrived() {
        ++present_; // first, so that it is missed neither in present() nor in accepted()
        return connection_number{++accepted_};
    }

    void left(bool had_session) {
        if (tell_.none_left) {
            last_left_ = net::clock::now();
        }
        const bool was_last = --present_ == 0;
        if (had_session && tell_.session_over) {
            tell_.session_over();
        }
        if (was_last && tell_.none_left) {
            tell_.none_left();
        }
    }

    /// Connections now, and ever.
    [[nodiscard]] std::size_t present() const { return present_; }

    [[nodiscard]] std::uint64_t accepted() const { return accepted_; }

    /// Since when there has been no connection, where there is none. Known only if news::none_left
    /// is wanted.
    [[nodiscard]] net::clock::time_point empty_since() const { return last_left_; }

private:
    news tell_;
    std::atomic<std::size_t> present_{0};
    std::atomic<std::uint64_t> accepted_{0};
    std::atomic<net::clock::time_point> last_left_{net::clock::now()};
};

} // namespace wsgate
