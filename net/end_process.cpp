// The handler that std::terminate calls sees what the exception was.
// SPDX-License-Identifier: EUPL-1.2
#include "net/end_process.hpp"

namespace net {

void end_process(const std::exception_ptr& e) noexcept {
    try {
        std::rethrow_exception(e);
    } catch (...) {
        std::terminate();
    }
}

} // namespace net
