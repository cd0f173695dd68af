// Keeps a list of those who wait.
// SPDX-License-Identifier: EUPL-1.2
#include "net/wake_up.hpp"

#include <utility>

namespace net {

/// Stands in the list as long as its coroutine waits, however that ends.
class wake_up::entry {
public:
    explicit entry(wake_up& in) : here(in.executor_), in_(&in) { in.all_.push_back(this); }

    entry(const entry&) = delete;
    entry& operator=(const entry&) = delete;

    ~entry() {
        if (in_ != nullptr) {
            std::erase(in_->all_, this);
        }
    }

    void wake() {
        in_ = nullptr;
        here.wake();
    }

    waiter here;

private:
    wake_up* in_;
};

void wake_up::notify() {
    for (auto* const each : std::exchange(all_, {})) {
        each->wake();
    }
}

asio::awaitable<void> wake_up::wait() {
    entry mine(*this);
    (void)co_await mine.here.wait();
}

} // namespace net
