// Threads that run event loops.
// SPDX-License-Identifier: EUPL-1.2
#include "net/worker.hpp"

namespace net {

worker::worker() : work_(asio::make_work_guard(context_)), scratch_(scratch_size) {
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
