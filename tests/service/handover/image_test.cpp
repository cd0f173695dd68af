// Another image gets the same words, the descriptors it is passed, and their names.
// SPDX-License-Identifier: EUPL-1.2
#include "service/handover/image.hpp"
#include "service/handover/starter.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <fcntl.h>
#include <string>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>

namespace image_test {

/// What it writes to its first descriptor.
std::string said_by(std::vector<const char*> words, const std::string& names) {
    std::array<int, 2> ends{};
    EXPECT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
    const net::unique_fd ours{ends[0]};
    net::unique_fd theirs{ends[1]};
    std::vector<char*> arguments;
    for (const auto* const each : words) {
        arguments.push_back(const_cast<char*>(each));
    }
    const service::image_to_start image("IMAGE_TEST", arguments);
    const std::array passed{theirs.get(), theirs.get()};
    const pid_t pid = image.start(passed, names);
    theirs = net::unique_fd{};
    std::string said(1000, '\0');
    std::size_t size = 0;
    for (ssize_t got = 1; got > 0; size += static_cast<std::size_t>(std::max<ssize_t>(got, 0))) {
        got = ::read(ours.get(), &said[size], said.size() - size);
    }
    said.resize(size);
    (void)::waitpid(pid, nullptr, 0);
    return said;
}

TEST(Image, GetsWordsDescriptorsAndTheirNames) {
    EXPECT_EQ(said_by({"sh", "-c", "echo $0 $IMAGE_TEST >&3; echo four >&4", "zero"}, "one:two"),
              "zero one:two\nfour\n");
    EXPECT_EQ(said_by({"/bin/sh", "-c", "(echo >&5) 2>/dev/null || echo no more >&3"}, "one"),
              "no more\n");
}

TEST(Image, IsTheOneOfThePathThatStartedUs) {
    std::array relative{const_cast<char*>("./some/program")};
    const auto path = service::image_to_start("IMAGE_TEST", relative).path();
    EXPECT_EQ(path.front(), '/');
    EXPECT_TRUE(path.ends_with("/some/program")) << path;
    std::array in_path{const_cast<char*>("sh")};
    EXPECT_TRUE(service::image_to_start("IMAGE_TEST", in_path).path().ends_with("/sh"));
}

TEST(Image, ThatIsNotThereIsAnError) {
    std::array words{const_cast<char*>("/no/such/program")};
    EXPECT_THROW((void)service::image_to_start("IMAGE_TEST", words).start({}, ""),
                 std::system_error);
}

TEST(Image, WhatWasNotPassedIsNotTaken) {
    EXPECT_TRUE(service::take_passed("IMAGE_TEST").empty());
}

TEST(Starter, StartsItFromAProcessOfItsOwnOrFromHere) {
    for (const bool forks : {false, true}) {
        std::array<int, 2> ends{};
        ASSERT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
        const net::unique_fd ours{ends[0]};
        net::unique_fd theirs{ends[1]};
        std::array words{const_cast<char*>("/bin/sh"), const_cast<char*>("-c"),
                         const_cast<char*>("echo $IMAGE_TEST >&3; exec sleep 60")};
        const service::image_to_start image("IMAGE_TEST", words);
        service::starter starter(image, forks);
        const std::array passed{theirs.get()};
        const pid_t pid = starter.start(passed, "one");
        theirs = net::unique_fd{};
        std::string said(4, '\0');
        EXPECT_EQ(::read(ours.get(), said.data(), said.size()), 4);
        EXPECT_EQ(said, "one\n");
        EXPECT_EQ(::kill(pid, 0), 0);
        starter.end(pid);
        EXPECT_NE(::kill(pid, 0), 0) << "it has ended, and was collected";
    }
}

TEST(Starter, SaysWhyItCannot) {
    std::array words{const_cast<char*>("/no/such/program")};
    const service::image_to_start image("IMAGE_TEST", words);
    for (const bool forks : {false, true}) {
        service::starter starter(image, forks);
        try {
            (void)starter.start({}, "");
            FAIL();
        } catch (const std::system_error& e) {
            EXPECT_EQ(e.code(), std::errc::no_such_file_or_directory);
            EXPECT_NE(std::string{e.what()}.find("/no/such/program"), std::string::npos);
        }
    }
}

} // namespace image_test
