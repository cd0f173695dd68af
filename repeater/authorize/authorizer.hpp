// Asks about each peer that has said what it wants, on threads of its own.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/nothrow.hpp"
#include "repeater/authorize/answer.hpp"
#include "repeater/authorize/authorize_options.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace repeater {

namespace asio = boost::asio;

/// Questions wait for a thread; one that gets none in time, or for which there are too many, has no
/// answer.
class authorizer {
public:
    static constexpr std::size_t threads = 16;
    static constexpr std::size_t most_waiting = 1024;

    /// `executor`: where answers are awaited; it outlives this.
    authorizer(asio::any_io_executor, authorize_options);
    authorizer(const authorizer&) = delete;
    authorizer& operator=(const authorizer&) = delete;

    /// Waits for the questions that are being asked, as long as they may take.
    ~authorizer();

    /// Completes within the time that the options have, or little later.
    [[nodiscard]] asio::awaitable<answer> ask(std::string question);

private:
    struct job {
        std::string question;
        std::chrono::steady_clock::time_point end;
        std::function<void(answer)> done;
    };

    void work();
    [[nodiscard]] answer ask_now(const job&) const;

    asio::any_io_executor executor_;
    authorize_options options_;
    std::mutex mutex_;
    std::condition_variable more_;
    std::deque<job> waiting_;
    bool ends_ = false;
    std::vector<std::thread> all_;
};

} // namespace repeater
