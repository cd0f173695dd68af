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
        std::function<void()> crowd_gone{};   ///< of many connections most have gone
    };

    /// `tell` is called on the thread of the connection that goes.
    explicit attendance(news tell) : tell_(std::move(tell)) {}

    attendance(const attendance&) = delete;
    attendance& operator=(const attendance&) = delete;
    ~attendance() = default;

    /// A connection has been accepted; numbers ascend in this order.
    [[nodiscard]] connection_number arrived() {
        moved_here(); // first, to be missed neither in present() nor in accepted()
        return connection_number{++accepted_};
    }

    /// One that was accepted before, by another process perhaps, is here.
    void moved_here() {
        const auto here = ++present_;
        auto most = most_.load();
        while (most < here && !most_.compare_exchange_weak(most, here)) {
        }
    }

    /// Numbers go on behind those of another process.
    void go_on_from(std::uint64_t accepted) { accepted_ = accepted; }

    void left(bool had_session) {
        if (tell_.none_left) {
            last_left_ = net::clock::now();
        }
        const auto rest = --present_;
        const bool was_last = rest == 0;
        if (had_session && tell_.session_over) {
            tell_.session_over();
        }
        if (auto most = most_.load(); tell_.crowd_gone && most >= crowd && rest <= most / 4 &&
                                      most_.compare_exchange_strong(most, rest)) {
            tell_.crowd_gone();
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
    static constexpr std::size_t crowd = 500;

    news tell_;
    std::atomic<std::size_t> present_{0};
    std::atomic<std::size_t> most_{0}; ///< present since a crowd has gone
    std::atomic<std::uint64_t> accepted_{0};
    std::atomic<net::clock::time_point> last_left_{net::clock::now()};
};

} // namespace wsgate
