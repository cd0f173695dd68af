// Keeps the last error with its message.
// SPDX-License-Identifier: EUPL-1.2
#include "net/error_text.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

namespace net {

namespace {

/// Has no destructor: the C library aborts where it has no memory to list one for a thread.
struct kept_text {
    bool is_known = false;
    error_code of;
    std::array<char, 128> text{};
    std::size_t size = 0;
};

} // namespace

std::string_view error_text(const error_code& ec) {
    thread_local kept_text last;
    if (!last.is_known || last.of != ec) {
        std::array<char, std::tuple_size_v<decltype(last.text)>> buffer{};
        const std::string_view said = ec.message(buffer.data(), buffer.size());
        last.size = std::min(said.size(), last.text.size());
        std::copy_n(said.begin(), last.size, last.text.begin());
        last.of = ec;
        last.is_known = true;
    }
    return {last.text.data(), last.size};
}

} // namespace net
