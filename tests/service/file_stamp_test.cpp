// Stamps of files: when they change, and when there is none.
// SPDX-License-Identifier: EUPL-1.2
#include "service/file_stamp.hpp"
#include "tests/support/scratch_directory.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace file_stamp_test {

namespace {

namespace fs = std::filesystem;
using service::stamp_of;

} // namespace

TEST(FileStamp, StaysWhatItIsUntilTheFileChanges) {
    const support::scratch_directory directory;
    const auto path = directory.file("one", "text");
    const auto first = stamp_of(path);
    ASSERT_TRUE(first);
    EXPECT_TRUE(first->is_regular);
    EXPECT_EQ(first->size, 4);
    EXPECT_EQ(stamp_of(path), first);
    std::ofstream(path, std::ios::app) << "more";
    const auto longer = stamp_of(path);
    EXPECT_NE(longer, first);
    // Another file of the same size and, within the clock's resolution, of the same time.
    fs::rename(directory.file("two", "textmore"), path);
    EXPECT_NE(stamp_of(path), longer);
}

TEST(FileStamp, IsNothingWithoutAFile) {
    const support::scratch_directory directory;
    EXPECT_FALSE(stamp_of((directory.path() / "none").string()));
    const auto folder = stamp_of(directory.path().string());
    ASSERT_TRUE(folder);
    EXPECT_FALSE(folder->is_regular);
}

} // namespace file_stamp_test
