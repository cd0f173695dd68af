// Keeps the last error with its message.
// SPDX-License-Identifier: EUPL-1.2
#include "net/error_text.hpp"

#include <utility>

namespace net {

const std::string& error_text(const error_code& ec) {
    thread_local std::pair<error_code, std::string> last{{}, error_code{}.message()};
    if (last.first != ec) {
        last = {ec, ec.message()};
    }
    return last.second;
}

} // namespace net
