// Which mappings of files lose their pages.
// SPDX-License-Identifier: EUPL-1.2
#include "service/file_pages.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <string>

namespace file_pages_test {

namespace {

/// Of this process (proc(5), status).
long kilobytes_of_files() {
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);) {
        if (line.starts_with("RssFile:")) {
            return std::stol(line.substr(8));
        }
    }
    return -1;
}

} // namespace

TEST(FilePages, OfWhatNobodyHasChangedAreFound) {
    const auto all = service::unchanged_files("1000-3000 r-xp 00000000 08:01 1    /usr/bin/p\n"
                                              "Rss:                   8 kB\n"
                                              "Anonymous:             0 kB\n"
                                              "VmFlags: rd ex mr mw me\n"
                                              "3000-4000 r--p 00002000 08:01 1    /usr/bin/p\n"
                                              "Anonymous:             4 kB\n"
                                              "4000-5000 rw-p 00003000 08:01 1    /usr/bin/p\n"
                                              "Anonymous:             0 kB\n"
                                              "5000-6000 r--p 00000000 00:00 0\n"
                                              "Anonymous:             0 kB\n"
                                              "6000-7000 r--p 00000000 00:00 0    [vvar]\n"
                                              "Anonymous:             0 kB\n"
                                              "9000-a000 r--s 00000000 08:01 2    /usr/lib/x y\n"
                                              "Anonymous:             0 kB\n");
    EXPECT_EQ(all, (std::vector<service::mapped_file>{{0x1000, 0x2000}, {0x9000, 0x1000}}));
    EXPECT_TRUE(service::unchanged_files("no mapping\n-\n1000\n").empty());
}

TEST(FilePages, AreGivenBackAndComeAgainWhereTheyAreNeeded) {
    const auto before = kilobytes_of_files();
    service::give_back_memory();
    EXPECT_LT(kilobytes_of_files(), before);
}

} // namespace file_pages_test
