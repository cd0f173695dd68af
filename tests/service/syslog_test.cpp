// Lines to a syslog daemon that is ours.
// SPDX-License-Identifier: EUPL-1.2
#include "service/syslog.hpp"
#include "tests/support/scratch_directory.hpp"
#include "tests/support/unix_socket.hpp"

#include <gtest/gtest.h>

#include <array>
#include <filesystem>
#include <stdexcept>
#include <string>

namespace syslog_test {

namespace {

net::unique_fd daemon_at(const std::string& path) {
    return support::bind_unix(path, 0, SOCK_DGRAM);
}

std::string heard(const net::unique_fd& daemon) {
    std::array<char, 20000> text{};
    const auto size = ::recv(daemon.get(), text.data(), text.size(), MSG_DONTWAIT);
    return size < 0 ? "" : std::string(text.data(), static_cast<std::size_t>(size));
}

} // namespace

TEST(Syslog, WritesLines) {
    const support::scratch_directory directory;
    const auto path = (directory.path() / "log").string();
    const auto daemon = daemon_at(path);
    service::syslog_writer log(path, "gate");
    const auto end = " gate[" + std::to_string(::getpid()) + "]: a line";
    log.write(service::syslog_severity::info, "a line");
    auto line = heard(daemon);
    EXPECT_TRUE(line.starts_with("<30>") && line.ends_with(end)) << line;
    log.write(service::syslog_severity::error, "a line");
    line = heard(daemon);
    EXPECT_TRUE(line.starts_with("<27>") && line.ends_with(end)) << line;
}

TEST(Syslog, CutsWhatDaemonsWouldNotTake) {
    const support::scratch_directory directory;
    const auto path = (directory.path() / "log").string();
    const auto daemon = daemon_at(path);
    service::syslog_writer log(path, "gate");
    log.write(service::syslog_severity::info, std::string(15000, 'x'));
    EXPECT_LE(heard(daemon).size(), 8192U);
}

TEST(Syslog, FindsADaemonThatHasStartedAnew) {
    const support::scratch_directory directory;
    const auto path = (directory.path() / "log").string();
    auto daemon = daemon_at(path);
    service::syslog_writer log(path, "gate");
    daemon = net::unique_fd{};
    log.write(service::syslog_severity::info, "lost");
    std::filesystem::remove(path);
    daemon = daemon_at(path);
    log.write(service::syslog_severity::info, "found");
    EXPECT_TRUE(heard(daemon).ends_with("found"));
}

TEST(Syslog, NeverWaitsForADaemonThatDoesNotRead) {
    const support::scratch_directory directory;
    const auto path = (directory.path() / "log").string();
    const auto daemon = daemon_at(path);
    service::syslog_writer log(path, "gate");
    for (int i = 0; i < 2000; ++i) { // more than any queue holds
        log.write(service::syslog_severity::info, "line");
    }
    EXPECT_TRUE(heard(daemon).ends_with("line"));
}

TEST(Syslog, NeedsADaemon) {
    for (const auto* const where : {"/nonexistent/log", "nowhere", ":514", "host:", ""}) {
        EXPECT_THROW(service::syslog_writer(where, "gate"), std::runtime_error) << where;
    }
}

} // namespace syslog_test
