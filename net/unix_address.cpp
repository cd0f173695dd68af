// Asio keeps the address; what it would throw is returned.
// SPDX-License-Identifier: EUPL-1.2
#include "net/unix_address.hpp"

namespace net {

std::optional<unix_address> unix_address_of(std::string_view path) {
    if (path.size() > longest_unix_path) {
        return std::nullopt;
    }
    return unix_address{path};
}

unique_fd open_unix_socket(int type) {
    constexpr int flags = SOCK_CLOEXEC | SOCK_NONBLOCK;
    return unique_fd{::socket(AF_UNIX, type | flags, 0)};
}

} // namespace net
