// What is no regular file is refused at once.
// SPDX-License-Identifier: EUPL-1.2
#include "service/read_file.hpp"
#include "tests/support/scratch_directory.hpp"

#include <gtest/gtest.h>

#include <array>
#include <fcntl.h>
#include <fstream>
#include <string>
#include <sys/stat.h>
#include <unistd.h>

namespace read_file_test {

using service::pipes;
using service::read_file;

constexpr std::size_t largest = 100;

TEST(ReadFile, ReadsUpToItsLimit) {
    const support::scratch_directory directory;
    const auto path = (directory.path() / "file").string();
    std::ofstream(path) << std::string(largest, 'x');
    EXPECT_EQ(read_file(path, largest), std::string(largest, 'x'));
    std::ofstream(path, std::ios::app) << 'x';
    EXPECT_EQ(read_file(path, largest), std::nullopt);
    EXPECT_EQ(service::last_error_text(), "File too large");
}

TEST(ReadFile, RefusesWhatIsNoRegularFileWithoutWaiting) {
    const support::scratch_directory directory;
    const auto fifo = (directory.path() / "fifo").string();
    ASSERT_EQ(::mkfifo(fifo.c_str(), 0600), 0);
    const net::unique_fd silent_writer{::open(fifo.c_str(), O_RDWR | O_CLOEXEC)};
    for (const auto& path : {fifo, directory.path().string(), std::string{"/dev/zero"}}) {
        for (const auto allowed : {pipes::none, pipes::ours}) {
            EXPECT_EQ(read_file(path, largest, allowed), std::nullopt) << path;
            EXPECT_EQ(service::last_error_text(), "it is no regular file") << path;
        }
    }
}

TEST(ReadFile, ReadsAPipeOfOursOnce) {
    std::array<int, 2> ends{};
    ASSERT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
    const net::unique_fd reader{ends[0]};
    net::unique_fd writer{ends[1]};
    const auto path = "/dev/fd/" + std::to_string(reader.get());
    ASSERT_EQ(::write(writer.get(), "text", 4), 4);
    writer = net::unique_fd{};
    EXPECT_EQ(read_file(path, largest), std::nullopt) << "not everybody reads pipes";
    EXPECT_EQ(read_file(path, largest, pipes::ours), "text");
    EXPECT_EQ(read_file(path, largest, pipes::ours), std::nullopt);
    EXPECT_TRUE(service::last_error_text().starts_with("this pipe has been read already"));
}

} // namespace read_file_test
