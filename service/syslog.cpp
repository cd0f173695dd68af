// Sends each line as a datagram.
// SPDX-License-Identifier: EUPL-1.2
#include "service/syslog.hpp"

#include "net/text/host_port.hpp"
#include "net/unix_address.hpp"

#include <array>
#include <cerrno>
#include <ctime>
#include <fmt/format.h>
#include <memory>
#include <netdb.h>
#include <stdexcept>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace service {

namespace {

constexpr int facility_daemon = 3;
constexpr std::size_t longest_line = 8000; // daemons take 8192, with the header

[[noreturn]] void cannot_log(const std::string& destination, const std::string& why) {
    throw std::runtime_error(fmt::format("cannot log to syslog at {}: {} (a path such as /dev/log, "
                                         "or HOST:PORT of UDP)",
                                         destination, why));
}

std::string error_text(int error) {
    return std::generic_category().message(error);
}

/// The time in the form of RFC 3164, such as "Nov  3 09:05:00".
std::string timestamp() {
    const auto now = std::time(nullptr);
    std::tm broken{};
    std::array<char, 32> text{};
    const auto size = ::localtime_r(&now, &broken) == nullptr
                          ? 0
                          : std::strftime(text.data(), text.size(), "%b %e %H:%M:%S", &broken);
    return {text.data(), size};
}

std::string host_name() {
    std::array<char, 256> name{};
    (void)::gethostname(name.data(), name.size() - 1);
    return name.data();
}

} // namespace

syslog_writer::syslog_writer(std::string destination, std::string tag)
    : destination_(std::move(destination)), tag_(std::move(tag)) {
    if (is_local()) {
        open_local();
    } else {
        open_udp();
        host_ = host_name() + " ";
    }
}

void syslog_writer::open_local() {
    const auto to = net::unix_address_of(destination_);
    if (!to) {
        cannot_log(destination_, error_text(ENAMETOOLONG));
    }
    socket_ = net::open_unix_socket(SOCK_DGRAM);
    if (::connect(socket_.get(), to->data(), net::size_of(*to)) != 0) {
        cannot_log(destination_, error_text(errno));
    }
}

void syslog_writer::open_udp() {
    const auto colon = destination_.rfind(':');
    if (colon == std::string::npos || colon == 0 || colon + 1 == destination_.size()) {
        cannot_log(destination_, "no such place");
    }
    const std::string host{net::without_brackets(std::string_view{destination_}.substr(0, colon))};
    addrinfo hints{};
    hints.ai_socktype = SOCK_DGRAM;
    addrinfo* found = nullptr;
    const auto error =
        ::getaddrinfo(host.c_str(), destination_.c_str() + colon + 1, &hints, &found);
    if (error != 0) {
        cannot_log(destination_, ::gai_strerror(error));
    }
    const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> all(found, ::freeaddrinfo);
    for (const auto* each = found; each != nullptr; each = each->ai_next) {
        socket_ =
            net::unique_fd{::socket(each->ai_family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
        if (::connect(socket_.get(), each->ai_addr, each->ai_addrlen) == 0) {
            return;
        }
    }
    cannot_log(destination_, error_text(errno));
}

syslog_outcome syslog_writer::write(syslog_severity severity, std::string_view line) {
    const auto text =
        fmt::format("<{}>{} {}{}[{}]: {}", facility_daemon * 8 + static_cast<int>(severity),
                    timestamp(), host_, tag_, ::getpid(), line.substr(0, longest_line));
    auto outcome = send(text);
    if (outcome == syslog_outcome::failed) {
        try {
            if (is_local()) { // the daemon may have been restarted: connect again
                open_local();
            } // over UDP the error was about an earlier line
            outcome = send(text);
        } catch (const std::runtime_error&) { // the line is lost
        }
    }
    return outcome;
}

syslog_outcome syslog_writer::send(std::string_view text) const {
    if (::send(socket_.get(), text.data(), text.size(), MSG_NOSIGNAL | MSG_DONTWAIT) >= 0) {
        return syslog_outcome::taken;
    }
    const bool full = errno == EAGAIN || errno == EWOULDBLOCK || errno == ENOBUFS;
    return full ? syslog_outcome::full : syslog_outcome::failed;
}

} // namespace service
