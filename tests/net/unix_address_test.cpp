// Addresses of Unix sockets: how long they may be, and that the kernel takes them.
// SPDX-License-Identifier: EUPL-1.2
#include "net/unix_address.hpp"
#include "tests/support/scratch_directory.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <unistd.h>

namespace unix_address_test {

TEST(UnixAddress, IsNothingWhereThePathIsTooLong) {
    const std::string longest(net::longest_unix_path, 'x');
    const auto fits = net::unix_address_of(longest);
    ASSERT_TRUE(fits);
    EXPECT_EQ(fits->path(), longest);
    EXPECT_FALSE(net::unix_address_of(longest + 'x'));
}

TEST(UnixAddress, LeadsToAFileOrToAnAbstractName) {
    const support::scratch_directory directory;
    const auto file = (directory.path() / "socket").string();
    const auto name = '\0' + file;
    for (const auto& path : {file, name}) {
        const auto at = net::unix_address_of(path).value();
        const auto receiver = net::open_unix_socket(SOCK_DGRAM);
        ASSERT_EQ(::bind(receiver.get(), at.data(), net::size_of(at)), 0) << path;
        const auto sender = net::open_unix_socket(SOCK_DGRAM);
        EXPECT_EQ(::sendto(sender.get(), "x", 1, 0, at.data(), net::size_of(at)), 1) << path;
        char got = '-';
        EXPECT_EQ(::recv(receiver.get(), &got, 1, 0), 1) << path;
        EXPECT_EQ(got, 'x');
    }
    EXPECT_TRUE(std::filesystem::exists(file));
}

} // namespace unix_address_test
