// A plain datagram: no library is needed.
// SPDX-License-Identifier: EUPL-1.2
#include "net/systemd.hpp"

#include "net/unique_fd.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <sys/socket.h>
#include <sys/un.h>

namespace net {

void notify_manager(std::string_view state) {
    // NOLINTNEXTLINE(concurrency-mt-unsafe): nobody changes the environment
    const char* const where = std::getenv("NOTIFY_SOCKET");
    const std::string_view path = where == nullptr ? "" : where;
    sockaddr_un to{};
    if (path.empty() || path.size() >= sizeof to.sun_path) {
        return;
    }
    to.sun_family = AF_UNIX;
    std::copy(path.begin(), path.end(), &to.sun_path[0]);
    if (path.front() == '@') { // the kernel's abstract names begin with NUL
        to.sun_path[0] = '\0';
    }
    const unique_fd s{::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size());
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): what sendto(2) takes
    (void)::sendto(s.get(), state.data(), state.size(), 0, reinterpret_cast<sockaddr*>(&to), size);
}

} // namespace net
