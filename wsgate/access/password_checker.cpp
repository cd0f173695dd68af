// Remembers good credentials only, as digests under a key of this process.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/access/password_checker.hpp"

#include <boost/asio/co_spawn.hpp>

#include <algorithm>
#include <utility>

namespace wsgate {

namespace {

/// Runs on the thread pool.
asio::awaitable<bool> verify_there(std::shared_ptr<const password_list> list, credentials c) {
    co_return list->verify(c);
}

struct leave {
    std::atomic<std::size_t>& count;

    explicit leave(std::atomic<std::size_t>& c) : count(c) {}

    leave(const leave&) = delete;
    leave& operator=(const leave&) = delete;

    ~leave() { --count; }
};

} // namespace

password_checker::password_checker(const checker_options& o) : options_(o) {}

password_checker::~password_checker() {
    if (pool_) {
        pool_->join();
    }
}

asio::thread_pool& password_checker::pool() {
    std::call_once(has_pool_, [this] { pool_.emplace(options_.threads); });
    return *pool_;
}

asio::awaitable<password_verdict> password_checker::check(std::shared_ptr<const password_list> list,
                                                          credentials c) {
    using enum password_verdict;
    if (list->is_fast()) {
        co_return list->verify(c) ? good : bad;
    }
    const auto stamp = list->stamp(c);
    if (is_remembered(stamp, std::chrono::steady_clock::now())) {
        co_return good;
    }
    const auto before = waiting_.fetch_add(1);
    const leave on_exit(waiting_);
    if (before >= options_.waiting) {
        co_return busy;
    }
    const bool fits = co_await asio::co_spawn(pool(), verify_there(std::move(list), std::move(c)),
                                              asio::use_awaitable);
    if (fits) {
        remember(stamp, std::chrono::steady_clock::now());
    }
    co_return fits ? good : bad;
}

bool password_checker::is_remembered(const service::digest& stamp, time_point now) {
    const std::lock_guard lock(mutex_);
    const auto found = good_until_.find(stamp);
    return found != good_until_.end() && now < found->second;
}

void password_checker::remember(const service::digest& stamp, time_point now) {
    const std::lock_guard lock(mutex_);
    if (good_until_.size() >= options_.remembered) {
        std::erase_if(good_until_, [now](const auto& entry) { return entry.second <= now; });
    }
    // Any one goes: the user whose result was forgotten is verified again the next time.
    if (good_until_.size() >= options_.remembered) {
        good_until_.erase(good_until_.begin());
    }
    good_until_.insert_or_assign(stamp, now + options_.memory);
}

} // namespace wsgate
