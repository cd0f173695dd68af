// The thread runs until it has nothing left to do and was told so.
// SPDX-License-Identifier: EUPL-1.2
#include "net/worker.hpp"

#include <boost/asio/execution/outstanding_work.hpp>

namespace net {

worker::worker()
    : work_(asio::require(loop_.get_executor(), asio::execution::outstanding_work.tracked)),
      scratch_(scratch_size) {
    thread_ = std::thread([this] { run_or_end(loop_); });
}

worker::~worker() {
    join();
}

void worker::join() {
    work_.reset();
    if (thread_.joinable()) {
        thread_.join();
    }
}

} // namespace net
