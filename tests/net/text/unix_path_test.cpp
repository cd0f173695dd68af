// Paths that Unix sockets can have, and modes of files.
// SPDX-License-Identifier: EUPL-1.2
#include "net/text/unix_path.hpp"

#include <gtest/gtest.h>

#include <string>

namespace unix_path_test {

TEST(UnixPath, IsAbsoluteAndNotTooLong) {
    const std::string longest = "/" + std::string(net::longest_unix_path - 1, 'x');
    for (const auto& good : {std::string{"/x"}, std::string{"/run/a b=c,d"}, longest}) {
        EXPECT_TRUE(net::is_unix_path(good)) << good;
        EXPECT_EQ(net::parse_unix_path("unix:" + good), good);
        EXPECT_FALSE(net::parse_unix_path(good)) << good;
    }
    for (const auto& bad : {std::string{}, std::string{"/"}, std::string{"run"}, longest + "x",
                            std::string{"/a\0b", 4}}) {
        EXPECT_FALSE(net::is_unix_path(bad)) << bad;
        EXPECT_FALSE(net::parse_unix_path("unix:" + bad)) << bad;
    }
    EXPECT_FALSE(net::parse_unix_path("UNIX:/x"));
}

TEST(FileMode, IsOctal) {
    EXPECT_EQ(net::parse_file_mode("0660"), 0660U);
    EXPECT_EQ(net::parse_file_mode("777"), 0777U);
    EXPECT_EQ(net::parse_file_mode("0"), 0U);
    for (const auto* const bad : {"", "0999", "1777", "rw", "-1", "0660 "}) {
        EXPECT_FALSE(net::parse_file_mode(bad)) << bad;
    }
}

} // namespace unix_path_test
