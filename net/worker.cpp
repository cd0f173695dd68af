// Threads that run event loops; signals stay with the main thread.
// SPDX-License-Identifier: EUPL-1.2
#include "net/worker.hpp"

#include <csignal>

namespace net {

namespace {

// A thread inherits the mask of its creator: block all while it is made, so that the process's
// signals are always taken by the thread that decides.
class all_signals_blocked {
public:
    all_signals_blocked() {
        sigset_t all;
        sigfillset(&all);
        pthread_sigmask(SIG_SETMASK, &all, &before_);
    }

    all_signals_blocked(const all_signals_blocked&) = delete;
    all_signals_blocked& operator=(const all_signals_blocked&) = delete;

    ~all_signals_blocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

private:
    sigset_t before_{};
};

} // namespace

worker::worker() : work_(asio::make_work_guard(context_)), scratch_(scratch_size) {
    const all_signals_blocked guard;
    thread_ = std::thread([this] { context_.run(); });
}

worker::~worker() {
    release();
    thread_.join();
}

worker_pool::worker_pool(std::size_t size) {
    for (std::size_t i = 0; i < size; ++i) {
        workers_.push_back(std::make_unique<worker>());
    }
}

worker& worker_pool::next() {
    turn_ = (turn_ + 1) % workers_.size();
    return *workers_[turn_];
}

} // namespace net
