// The thread runs until it has nothing left to do and was told so.
// SPDX-License-Identifier: EUPL-1.2
#include "net/worker.hpp"

namespace net {

worker::worker() : work_(asio::make_work_guard(context_)), scratch_(scratch_size) {
    thread_ = std::thread([this] { context_.run(); });
}

worker::~worker() {
    join();
}

void worker::join() {
    release();
    if (thread_.joinable()) {
        thread_.join();
    }
}

} // namespace net
