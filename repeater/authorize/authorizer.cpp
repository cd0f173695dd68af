// A queue, and threads that ask and post the answers back.
// SPDX-License-Identifier: EUPL-1.2
#include "repeater/authorize/authorizer.hpp"

#include "net/handoff.hpp"
#include "repeater/authorize/ask.hpp"

#include <boost/asio/post.hpp>

#include <memory>
#include <utility>

namespace repeater {

namespace {

using clock = std::chrono::steady_clock;

} // namespace

authorizer::authorizer(asio::any_io_executor executor, authorize_options o)
    : executor_(std::move(executor)), options_(std::move(o)) {
    for (std::size_t i = 0; i < threads; ++i) {
        all_.emplace_back([this] { work(); });
    }
}

authorizer::~authorizer() {
    {
        const std::lock_guard lock(mutex_);
        ends_ = true;
        waiting_.clear();
    }
    more_.notify_all();
    for (auto& each : all_) {
        each.join();
    }
}

asio::awaitable<answer> authorizer::ask(std::string question) {
    // Shared with the thread that asks, since whoever awaits may be gone by then.
    const auto given = std::make_shared<net::handoff<answer>>(executor_);
    {
        const std::lock_guard lock(mutex_);
        if (waiting_.size() >= most_waiting) {
            co_return no_answer{"too many questions wait"};
        }
        waiting_.push_back(
            {std::move(question), clock::now() + options_.limit, [given, to = executor_](answer a) {
                 asio::post(to, [given, a = std::move(a)]() mutable { given->give(std::move(a)); });
             }});
    }
    more_.notify_one();
    auto got = co_await given->take();
    co_return got ? std::move(*got) : answer{no_answer{"the repeater stops"}};
}

void authorizer::work() {
    for (;;) {
        std::unique_lock lock(mutex_);
        more_.wait(lock, [this] { return ends_ || !waiting_.empty(); });
        if (ends_) {
            return;
        }
        const auto next = std::move(waiting_.front());
        waiting_.pop_front();
        lock.unlock();
        next.done(ask_now(next));
    }
}

answer authorizer::ask_now(const job& j) const {
    if (clock::now() >= j.end) {
        return no_answer{"there was no answer in time"};
    }
    return options_.url ? ask_service(*options_.url, j.question, j.end)
                        : ask_program(options_.exec, j.question, j.end);
}

} // namespace repeater
