// Datagrams to a manager that is ours.
// SPDX-License-Identifier: EUPL-1.2
#include "net/systemd.hpp"
#include "net/unique_fd.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

TEST(Systemd, TellsTheManager) {
    const auto folder =
        std::filesystem::temp_directory_path() / ("systemd-test-" + std::to_string(::getpid()));
    std::filesystem::create_directory(folder);
    const auto path = (folder / "notify").string();
    const net::unique_fd manager{::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
    sockaddr_un at{};
    at.sun_family = AF_UNIX;
    std::copy(path.begin(), path.end(), &at.sun_path[0]);
    ASSERT_EQ(::bind(manager.get(), reinterpret_cast<sockaddr*>(&at), sizeof at), 0);
    ASSERT_EQ(::setenv("NOTIFY_SOCKET", path.c_str(), 1), 0);
    net::notify_manager("READY=1");
    std::array<char, 64> text{};
    const auto size = ::recv(manager.get(), text.data(), text.size(), 0);
    ::unsetenv("NOTIFY_SOCKET");
    std::filesystem::remove_all(folder);
    ASSERT_GT(size, 0);
    EXPECT_EQ(std::string(text.data(), static_cast<std::size_t>(size)), "READY=1");
    net::notify_manager("READY=1"); // without a manager nothing happens
}
