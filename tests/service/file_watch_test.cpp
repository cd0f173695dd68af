// Writing, replacing, removing: each is noticed once.
// SPDX-License-Identifier: EUPL-1.2
#include "service/file_watch.hpp"
#include "tests/support/scratch_directory.hpp"

#include <gtest/gtest.h>

#include <filesystem>

namespace file_watch_test {

TEST(FileWatch, NoticesEachChangeOnce) {
    const support::scratch_directory where;
    const auto one = where.file("one", "1");
    const auto two = (where.path() / "two").string();
    service::file_watch watch({one, two});
    EXPECT_FALSE(watch.has_changed());
    (void)where.file("one", "longer");
    EXPECT_TRUE(watch.has_changed());
    EXPECT_FALSE(watch.has_changed());
    (void)where.file("two", "now it exists");
    EXPECT_TRUE(watch.has_changed());
    std::filesystem::rename(where.file("new", "longer"), one); // the same size
    EXPECT_TRUE(watch.has_changed());
    EXPECT_FALSE(watch.has_changed());
    std::filesystem::remove(two);
    EXPECT_TRUE(watch.has_changed());
    EXPECT_FALSE(watch.has_changed());
}

TEST(FileWatch, NoticesWhenAFileMayBeReadOnlyNow) {
    const support::scratch_directory where;
    const auto one = where.file("one", "1");
    service::file_watch watch({one});
    bool noticed = false;
    for (int tries = 0; !noticed && tries < 100'000; ++tries) { // the file system's clock ticks
        std::filesystem::permissions(one, std::filesystem::perms::owner_read);
        noticed = watch.has_changed();
    }
    EXPECT_TRUE(noticed);
}

TEST(FileWatch, FollowsLinksToWhatTheyNameNow) {
    const support::scratch_directory where; // as certbot and Kubernetes change files
    const auto old_file = where.file("old", "same");
    const auto new_file = where.file("new", "same");
    const auto link = where.path() / "link";
    std::filesystem::create_symlink(old_file, link);
    service::file_watch watch({link.string()});
    EXPECT_FALSE(watch.has_changed());
    std::filesystem::remove(link);
    std::filesystem::create_symlink(new_file, link);
    EXPECT_TRUE(watch.has_changed());
}

} // namespace file_watch_test
