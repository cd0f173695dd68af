// Whole lines on full disks, in pipes, through descriptors.
// SPDX-License-Identifier: EUPL-1.2
#include "service/line_file.hpp"
#include "tests/support/scratch_directory.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

namespace line_file_test {

namespace {

namespace fs = std::filesystem;
using boost::system::errc::operation_would_block;
using service::line_file;

/// Waits for nothing: only looks.
const service::room_wait at_once = service::room_until({});

struct LineFile : testing::Test {
    support::scratch_directory directory;
    std::string path = (directory.path() / "lines").string();

    [[nodiscard]] std::string content() const {
        std::ostringstream all;
        all << std::ifstream(path).rdbuf();
        return all.str();
    }

    [[nodiscard]] line_file opened(line_file::write_call write = {}) const {
        return line_file::open(path, {.write = std::move(write)}).value();
    }
};

/// A pipe of 4096 bytes; reading it does not block.
struct small_pipe {
    net::unique_fd reader;
    net::unique_fd writer;

    explicit small_pipe(int flags = 0) {
        std::array<int, 2> ends{};
        EXPECT_EQ(::pipe2(ends.data(), O_CLOEXEC | flags), 0);
        reader = net::unique_fd{ends[0]};
        writer = net::unique_fd{ends[1]};
        EXPECT_EQ(::fcntl(ends[1], F_SETPIPE_SZ, 4096), 4096);
        EXPECT_EQ(::fcntl(ends[0], F_SETFL, O_NONBLOCK), 0);
    }

    [[nodiscard]] std::string read() const {
        std::array<char, 65536> bytes{};
        const auto n = ::read(reader.get(), bytes.data(), bytes.size());
        return {bytes.data(), n > 0 ? static_cast<std::size_t>(n) : 0};
    }
};

/// The size that files of ours may have, for a while.
class size_limit {
public:
    explicit size_limit(rlim_t bytes) {
        before_signal_ = std::signal(SIGXFSZ, SIG_IGN);
        ::getrlimit(RLIMIT_FSIZE, &before_);
        const rlimit now{bytes, before_.rlim_max};
        ::setrlimit(RLIMIT_FSIZE, &now);
    }

    size_limit(const size_limit&) = delete;
    size_limit& operator=(const size_limit&) = delete;

    ~size_limit() {
        ::setrlimit(RLIMIT_FSIZE, &before_);
        (void)std::signal(SIGXFSZ, before_signal_);
    }

private:
    rlimit before_{};
    sighandler_t before_signal_{};
};

} // namespace

TEST_F(LineFile, TakesBackWhatDoesNotFit) {
    auto file = opened();
    {
        const size_limit limit(10);
        const auto [taken, error] = file.write("one\ntwo\nthree\n", at_once);
        EXPECT_EQ(taken, 8U);
        EXPECT_EQ(error, boost::system::errc::file_too_large);
        EXPECT_EQ(content(), "one\ntwo\n");
    }
    EXPECT_FALSE(file.write("four\n", at_once).error);
    EXPECT_EQ(content(), "one\ntwo\nfour\n");
}

TEST_F(LineFile, HoldsWholeLinesWhicheverWriteFails) {
    const std::string lines = "first\nsecond\nthird\n";
    for (std::size_t room = 0; room < lines.size(); ++room) {
        fs::remove(path);
        std::size_t left = room;
        bool full = true;
        // A disk that takes so many bytes in writes of at most four, and then no more.
        auto file = opened([&](int fd, const void* bytes, std::size_t size) -> ssize_t {
            const auto n = full ? std::min({size, left, std::size_t{4}}) : size;
            if (n == 0) {
                errno = ENOSPC;
                return -1;
            }
            left -= std::min(left, n);
            return ::write(fd, bytes, n);
        });
        const auto [taken, error] = file.write(lines, at_once);
        EXPECT_EQ(error, boost::system::errc::no_space_on_device) << room;
        EXPECT_EQ(content(), lines.substr(0, taken));
        EXPECT_TRUE(taken == 0 || lines[taken - 1] == '\n') << room;
        full = false;
        EXPECT_FALSE(file.write(lines.substr(taken), at_once).error);
        EXPECT_EQ(content(), lines);
    }
}

TEST_F(LineFile, EndsALineThatItCannotTakeBack) {
    // Somebody else appends before we look.
    auto file = opened([this](int fd, const void* bytes, std::size_t size) -> ssize_t {
        if (size == 7) { // "broken\n"
            const auto n = ::write(fd, bytes, 3);
            std::ofstream(path, std::ios::app) << "theirs\n";
            return n;
        }
        if (size == 4) { // its rest
            errno = ENOSPC;
            return -1;
        }
        return ::write(fd, bytes, size);
    });
    EXPECT_TRUE(file.write("broken\n", at_once).error);
    EXPECT_FALSE(file.write("whole line\n", at_once).error);
    EXPECT_EQ(content(), "brotheirs\n\nwhole line\n");
}

TEST_F(LineFile, EndsATornLineOfAPredecessor) {
    std::ofstream(path) << "whole\ntor";
    EXPECT_FALSE(opened().write("next\n", at_once).error);
    EXPECT_FALSE(opened().write("last\n", at_once).error);
    EXPECT_EQ(content(), "whole\ntor\nnext\nlast\n");
}

TEST_F(LineFile, APipeGetsNoLineInParts) {
    for (const int flags : {0, O_NONBLOCK}) {
        const small_pipe pipe(flags);
        auto file = line_file::of_descriptor(pipe.writer.get()).value();
        std::string lines;
        for (int i = 0; i < 100; ++i) {
            lines += std::string(99, 'x') + '\n';
        }
        const auto [taken, error] = file.write(lines, at_once);
        EXPECT_EQ(error, operation_would_block);
        EXPECT_EQ(taken % 100, 0U);
        EXPECT_FALSE(file.owes_a_rest());
        EXPECT_TRUE(pipe.read() == lines.substr(0, taken));
    }
}

TEST_F(LineFile, ALongLineGoesOnWhereItStopped) {
    const small_pipe pipe;
    auto file = line_file::of_descriptor(pipe.writer.get()).value();
    const auto line = std::string(6000, 'x') + '\n';
    auto outcome = file.write(line, at_once);
    EXPECT_EQ(outcome.error, operation_would_block);
    EXPECT_EQ(outcome.taken, line.size());
    EXPECT_TRUE(file.owes_a_rest());
    auto got = pipe.read();
    EXPECT_EQ(file.write("next\n", at_once).taken, 0U); // its rest has filled the pipe
    EXPECT_FALSE(file.owes_a_rest());
    got += pipe.read();
    EXPECT_EQ(file.write("next\n", at_once).taken, 5U);
    EXPECT_TRUE(got + pipe.read() == line + "next\n");
}

TEST_F(LineFile, AFifoWithoutAReaderIsNoReasonToWait) {
    ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
    EXPECT_EQ(line_file::open(path, {}).error().value(), ENXIO);
    auto held = line_file::open(path, {.holds_fifo = true}).value();
    EXPECT_FALSE(held.write("early\n", at_once).error);
    std::ifstream reader(path);
    std::string line;
    std::getline(reader, line);
    EXPECT_EQ(line, "early");
}

TEST_F(LineFile, ADescriptorOfOursIsUsedAsItIs) {
    std::array<int, 2> ends{};
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()), 0);
    const net::unique_fd ours{ends[0]};
    const net::unique_fd theirs{ends[1]};
    const auto number = std::to_string(ours.get());
    fs::create_symlink("/proc/self/fd/" + number, path);
    for (const auto& name : {"/dev/fd/" + number, "/proc/self/fd/" + number, path,
                             "/proc/" + std::to_string(::getpid()) + "/fd/" + number}) {
        auto file = line_file::open(name, {}).value();
        EXPECT_TRUE(file.is_descriptor());
        EXPECT_FALSE(file.write("hello\n", at_once).error) << name;
        std::array<char, 100> bytes{};
        EXPECT_EQ(::recv(theirs.get(), bytes.data(), bytes.size(), MSG_DONTWAIT), 6) << name;
    }
}

TEST_F(LineFile, ASocketThatIsFullIsNotWaitedFor) {
    std::array<int, 2> ends{};
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()), 0);
    const net::unique_fd ours{ends[0]};
    const net::unique_fd theirs{ends[1]};
    auto file = line_file::of_descriptor(ours.get()).value();
    line_file::outcome outcome;
    for (int i = 0; i < 100'000 && !outcome.error; ++i) {
        outcome = file.write(std::string(1000, 'x') + '\n', at_once);
    }
    EXPECT_EQ(outcome.error, operation_would_block);
}

TEST_F(LineFile, NamesOfDescriptors) {
    EXPECT_EQ(service::descriptor_named("/dev/stdout"), 1);
    EXPECT_EQ(service::descriptor_named("/dev/stderr"), 2);
    EXPECT_EQ(service::descriptor_named("/dev/fd/63"), 63);
    for (const auto* const none : {"", "/dev/null", "/dev/fd", "/dev/fd/", "/dev/fd/x", "log",
                                   "/proc/1000000/fd/1", "/dev/fd/1/x"}) {
        EXPECT_EQ(service::descriptor_named(none), std::nullopt) << none;
    }
}

TEST_F(LineFile, SaysWhatCannotBeOpened) {
    EXPECT_FALSE(line_file::open(directory.path(), {.holds_fifo = true}));
    EXPECT_FALSE(line_file::open("/no/such/folder/x", {}));
    EXPECT_FALSE(line_file::open("/dev/fd/999", {}));
    EXPECT_EQ(line_file::open("/dev/full", {}).value().write("x\n", at_once).error,
              boost::system::errc::no_space_on_device);
}

} // namespace line_file_test
