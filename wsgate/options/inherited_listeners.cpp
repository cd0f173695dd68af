// Chooses by a socket's name where it leads.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/options/inherited_listeners.hpp"

#include "net/unique_fd.hpp"

#include <cerrno>
#include <fcntl.h>
#include <optional>
#include <string_view>
#include <system_error>
#include <unistd.h>

namespace wsgate {

namespace {

std::optional<catch_all> leads_to(std::string_view name, const config& c) {
    for (const auto who : {visitor::server, visitor::viewer}) {
        if (name == to_string(who)) {
            return catch_all{who};
        }
    }
    return c.catch_all_for_unnamed;
}

} // namespace

void take_over(const std::vector<service::inherited_socket>& sockets, config& c) {
    if (sockets.empty()) {
        return;
    }
    if (c.listens_by_default) {
        c.listen.clear();
    }
    for (const auto& each : sockets) {
        listen_address at;
        at.inherited = each.fd;
        at.inherited_name = each.name;
        at.leads_to = leads_to(each.name, c);
        c.listen.push_back(at);
    }
}

service::inherited_socket take_standard_input() {
    // NOLINTNEXTLINE(*-vararg): the system's
    net::unique_fd taken{::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1)};
    const net::unique_fd nothing{::open("/dev/null", O_RDONLY | O_CLOEXEC)};
    if (!taken || !nothing || ::dup2(nothing.get(), STDIN_FILENO) < 0) {
        throw std::system_error(errno, std::generic_category(), "standard input");
    }
    return {taken.release(), ""};
}

} // namespace wsgate
