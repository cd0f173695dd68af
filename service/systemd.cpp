// Reads environment variables and sends datagrams, without libsystemd.
// SPDX-License-Identifier: EUPL-1.2
#include "service/systemd.hpp"

#include "net/unix_address.hpp"

#include <charconv>
#include <cstdlib>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

namespace service {

namespace {

constexpr int first_inherited = 3;
constexpr long most_inherited = 1024; // more must be an error

std::optional<long> number(const char* text) {
    if (text == nullptr) {
        return std::nullopt;
    }
    const std::string_view digits{text};
    long n = 0;
    const auto [stop, ec] = std::from_chars(digits.data(), digits.data() + digits.size(), n);
    const bool whole = ec == std::errc{} && stop == digits.data() + digits.size();
    return whole ? std::optional{n} : std::nullopt;
}

} // namespace

std::vector<inherited_socket> read_inherited(const char* pid, const char* count, const char* names,
                                             long self) {
    const auto n = number(count);
    if (number(pid) != self || !n || *n < 1 || *n > most_inherited) {
        return {};
    }
    std::vector<inherited_socket> all;
    std::string_view rest = names == nullptr ? "" : names;
    for (int i = 0; i < *n; ++i) {
        const auto colon = rest.find(':');
        all.push_back({first_inherited + i, std::string{rest.substr(0, colon)}});
        rest.remove_prefix(colon == std::string_view::npos ? rest.size() : colon + 1);
    }
    return all;
}

std::optional<std::chrono::microseconds> read_watchdog(const char* limit, const char* pid,
                                                       long self) {
    const auto within = number(limit);
    if (!within || *within < 2 || (pid != nullptr && number(pid) != self)) {
        return std::nullopt;
    }
    return std::chrono::microseconds{*within / 2};
}

// NOLINTBEGIN(concurrency-mt-unsafe): at the start there is one thread
std::vector<inherited_socket> take_inherited_sockets() {
    auto all = read_inherited(std::getenv("LISTEN_PID"), std::getenv("LISTEN_FDS"),
                              std::getenv("LISTEN_FDNAMES"), ::getpid());
    for (const auto* const name : {"LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"}) {
        (void)::unsetenv(name);
    }
    for (const auto& each : all) {
        (void)::fcntl(each.fd, F_SETFD, FD_CLOEXEC); // NOLINT(*-vararg): the system's
    }
    return all;
}

void notify_manager(std::string_view state) {
    const char* const where = std::getenv("NOTIFY_SOCKET");
    std::string path = where == nullptr ? "" : where;
    if (path.starts_with('@')) { // names of abstract sockets begin with NUL
        path.front() = '\0';
    }
    const auto to = net::unix_address_of(path);
    if (path.empty() || !to) {
        return;
    }
    const auto s = net::open_unix_socket(SOCK_DGRAM);
    (void)::sendto(s.get(), state.data(), state.size(), 0, to->data(), net::size_of(*to));
}

std::optional<std::chrono::microseconds> watchdog_interval() {
    return read_watchdog(std::getenv("WATCHDOG_USEC"), std::getenv("WATCHDOG_PID"), ::getpid());
}

std::optional<std::chrono::microseconds> watchdog_interval_of_parent() {
    return read_watchdog(std::getenv("WATCHDOG_USEC"), nullptr, ::getpid());
}

// NOLINTEND(concurrency-mt-unsafe)

} // namespace service
