// Datagrams to a manager that is ours, and the variables that it sets.
// SPDX-License-Identifier: EUPL-1.2
#include "service/systemd.hpp"
#include "tests/support/unix_socket.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <sys/socket.h>
#include <unistd.h>
#include <vector>

namespace systemd_test {

namespace {

using sockets = std::vector<service::inherited_socket>;

} // namespace

TEST(Systemd, OpensSocketsForUs) {
    struct row {
        const char* pid;
        const char* count;
        const char* names;
        sockets expected;
        const char* why;
    };

    const std::vector<row> table{
        {"7", "2", "server:viewer", {{3, "server"}, {4, "viewer"}}, "each has its name"},
        {"7", "1", nullptr, {{3, ""}}, "names are no must"},
        {"7", "3", "a", {{3, "a"}, {4, ""}, {5, ""}}, "too few names"},
        {"7", "2", ":b", {{3, ""}, {4, "b"}}, "an empty name"},
        {"8", "1", "a", {}, "for another process"},
        {nullptr, "1", "a", {}, "for nobody"},
        {"7", nullptr, "a", {}, "no sockets"},
        {"7", "0", "", {}, "none"},
        {"7", "-1", "", {}, "no number of sockets"},
        {"7", "1x", "", {}, "no number"},
        {"7", "99999999", "", {}, "more than there can be"},
    };
    for (const auto& each : table) {
        EXPECT_EQ(service::read_inherited(each.pid, each.count, each.names, 7), each.expected)
            << each.why;
    }
}

TEST(Systemd, AsksForSignsOfLifeTwiceAsOftenAsItNeedsThem) {
    using std::chrono::microseconds;
    EXPECT_EQ(service::read_watchdog("3000000", "7", 7), microseconds{1'500'000});
    EXPECT_EQ(service::read_watchdog("3000000", nullptr, 7), microseconds{1'500'000});
    EXPECT_EQ(service::read_watchdog("3000000", "8", 7), std::nullopt);
    for (const auto* const nothing : {"", "0", "1", "-5", "3s"}) {
        EXPECT_EQ(service::read_watchdog(nothing, "7", 7), std::nullopt) << nothing;
    }
    EXPECT_EQ(service::read_watchdog(nullptr, "7", 7), std::nullopt);
}

TEST(Systemd, TellsTheManager) {
    const auto folder =
        std::filesystem::temp_directory_path() / ("systemd-test-" + std::to_string(::getpid()));
    std::filesystem::create_directory(folder);
    const auto path = (folder / "notify").string();
    const auto manager = support::bind_unix(path, 0, SOCK_DGRAM);
    ASSERT_EQ(::setenv("NOTIFY_SOCKET", path.c_str(), 1), 0);
    service::notify_manager("READY=1");
    std::array<char, 64> text{};
    const auto size = ::recv(manager.get(), text.data(), text.size(), MSG_DONTWAIT);
    ::unsetenv("NOTIFY_SOCKET");
    std::filesystem::remove_all(folder);
    ASSERT_GT(size, 0);
    EXPECT_EQ(std::string(text.data(), static_cast<std::size_t>(size)), "READY=1");
    service::notify_manager("READY=1"); // without a manager nothing happens
}

} // namespace systemd_test
