// Verifies passwords on threads of its own, since password hashes are slow by design, and remembers
// good ones.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/nothrow.hpp"
#include "wsgate/access/basic_auth.hpp"

#include <boost/asio/thread_pool.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <optional>

namespace wsgate {

namespace asio = boost::asio;

enum class password_verdict {
    good,
    bad,
    busy, ///< too many are being verified already
};

struct checker_options {
    std::size_t threads = 1;
    std::size_t waiting = 64; ///< the most verifications, running or queued
    std::chrono::seconds memory{300};
    std::size_t remembered = 4096; ///< the most results

    friend bool operator==(const checker_options&, const checker_options&) = default;
};

/// Shared by all threads; outlives all checks that are under way.
class password_checker {
public:
    explicit password_checker(const checker_options& o = {});
    password_checker(const password_checker&) = delete;
    password_checker& operator=(const password_checker&) = delete;
    ~password_checker();

    /// Completes on the caller's event loop. Browsers send the password with every file of a page;
    /// only the first time costs anything.
    [[nodiscard]] asio::awaitable<password_verdict> check(std::shared_ptr<const password_list>,
                                                          credentials);

private:
    using time_point = std::chrono::steady_clock::time_point;

    [[nodiscard]] bool is_remembered(const service::digest&, time_point now);
    [[nodiscard]] asio::thread_pool& pool();
    void remember(const service::digest&, time_point now);

    checker_options options_;
    std::atomic<std::size_t> waiting_ = 0;
    std::mutex mutex_;
    std::map<service::digest, time_point> good_until_;
    std::once_flag has_pool_;
    std::optional<asio::thread_pool> pool_; ///< from the first check on that takes long
};

} // namespace wsgate
