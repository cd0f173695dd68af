// The log: whole lines, rotation, and a disk that is full.
// SPDX-License-Identifier: EUPL-1.2
#include "net/unique_fd.hpp"
#include "service/log.hpp"
#include "tests/support/unix_socket.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <future>
#include <memory>
#include <sstream>
#include <string>
#include <sys/socket.h>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>
#include <utility>

namespace log_test {

namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::MatchesRegex;

/// Far more than what is tested takes, and less than a hang.
constexpr auto quickly = std::chrono::seconds(10);

struct Log : testing::Test {
    fs::path dir = fs::temp_directory_path() / ("log_test." + std::to_string(::getpid()));
    service::log::options options;

    Log() {
        fs::create_directory(dir);
        options.file = dir / "log";
        options.pattern = "%v";
    }

    ~Log() override { fs::remove_all(dir); }

    Log(const Log&) = delete;
    Log& operator=(const Log&) = delete;

    static std::string content(const fs::path& file) {
        std::ostringstream all;
        all << std::ifstream(file).rdbuf();
        return all.str();
    }
};

} // namespace

TEST_F(Log, WritesLinesInOrderAndAppends) {
    for (const auto* text : {"one", "two"}) {
        service::log log(options);
        log.line(service::log_level::info, text);
    }
    EXPECT_EQ(content(dir / "log"), "one\ntwo\n");
}

TEST_F(Log, LeavesOutWhatIsBelowItsLevel) {
    options.from = service::log_level::warn;
    {
        service::log log(options);
        log.line(service::log_level::info, "quiet");
        log.line(service::log_level::error, "loud");
    }
    EXPECT_EQ(content(dir / "log"), "loud\n");
}

TEST_F(Log, BracesAndPercentSignsAreText) {
    {
        service::log log(options);
        log.line(service::log_level::info, "{} %s %v {0}");
    }
    EXPECT_EQ(content(dir / "log"), "{} %s %v {0}\n");
}

TEST_F(Log, ReopensAfterRotation) {
    {
        service::log log(options);
        log.line(service::log_level::info, "old");
        fs::rename(dir / "log", dir / "log.1");
        log.reopen();
        log.line(service::log_level::info, "new");
    }
    EXPECT_THAT(content(dir / "log"), HasSubstr("new"));
    EXPECT_EQ(content(dir / "log.1").find("new"), std::string::npos);
}

TEST_F(Log, KeepsTheOldFileWhereReopeningFails) {
    {
        service::log log(options);
        fs::rename(dir / "log", dir / "log.1");
        fs::create_directory(dir / "log"); // a directory cannot be opened for writing
        log.reopen();
        log.line(service::log_level::info, "kept");
    }
    EXPECT_THAT(content(dir / "log.1"), MatchesRegex("log_not_reopened why=.*directory.*\nkept\n"));
}

TEST_F(Log, AFullDiskLosesLinesOnly) {
    options.file = "/dev/full";
    service::log log(options);
    for (int i = 0; i < 1000; ++i) {
        EXPECT_NO_THROW(log.line(service::log_level::info, "lost"));
    }
}

TEST_F(Log, SaysWhyAFileCannotBeOpened) {
    options.file = dir / "missing" / "log";
    // Missing directories are made; one that cannot be made is an error.
    std::ofstream(dir / "missing") << "a file";
    EXPECT_THROW(service::log{options}, std::runtime_error);
}

/// A pipe that nobody reads yet, in the place of standard error.
class unread_standard_error {
public:
    explicit unread_standard_error(int flags) : before_(::dup(STDERR_FILENO)) {
        std::array<int, 2> ends{};
        EXPECT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
        EXPECT_EQ(::fcntl(ends[1], F_SETFL, flags), 0);
        reader_ = net::unique_fd{ends[0]};
        EXPECT_EQ(::fcntl(ends[1], F_SETPIPE_SZ, 4096), 4096);
        EXPECT_EQ(::dup2(ends[1], STDERR_FILENO), STDERR_FILENO);
        ::close(ends[1]);
    }

    unread_standard_error(const unread_standard_error&) = delete;
    unread_standard_error& operator=(const unread_standard_error&) = delete;

    ~unread_standard_error() { put_back(); }

    /// All that comes until the last writer is gone.
    std::future<std::string> read() {
        put_back();
        return std::async(std::launch::async, [fd = reader_.get()] {
            std::string all;
            std::array<char, 4096> bytes{};
            for (;;) {
                const auto n = ::read(fd, bytes.data(), bytes.size());
                if (n <= 0) {
                    return all;
                }
                all.append(bytes.data(), static_cast<std::size_t>(n));
            }
        });
    }

private:
    void put_back() const { ::dup2(before_.get(), STDERR_FILENO); }

    net::unique_fd before_;
    net::unique_fd reader_;
};

TEST_F(Log, NobodyWaitsForAReaderThatDoesNotRead) {
    options.file.clear();
    options.queue = 100;
    options.patience = std::chrono::milliseconds(50);
    for (const int flags : {0, O_NONBLOCK}) {
        const unread_standard_error unread(flags);
        const auto began = std::chrono::steady_clock::now();
        {
            service::log log(options);
            for (int i = 0; i < 1000; ++i) {
                log.line(service::log_level::info, std::string(100, 'x'));
                if (i % 100 == 0) {
                    log.reopen();
                }
            }
        }
        EXPECT_LT(std::chrono::steady_clock::now() - began, quickly);
    }
}

TEST_F(Log, LinesThatNobodyReadAreWholeOrCounted) {
    options.file.clear();
    options.queue = 100;
    for (const int flags : {0, O_NONBLOCK}) {
        unread_standard_error unread(flags);
        std::future<std::string> all;
        {
            service::log log(options);
            for (int i = 0; i < 1000; ++i) {
                log.line(service::log_level::info, std::string(100, 'x'));
            }
            all = unread.read();
        }
        std::istringstream lines(all.get());
        std::size_t whole = 0;
        std::size_t lost = 0;
        for (std::string line; std::getline(lines, line);) {
            std::size_t count = 0;
            if (std::sscanf(line.c_str(), "log_lost lines=%zu", &count) == 1) {
                lost += count;
            } else {
                EXPECT_EQ(line, std::string(100, 'x'));
                ++whole;
            }
        }
        EXPECT_GT(lost, 0U);
        EXPECT_EQ(whole + lost, 1000U);
    }
}

TEST_F(Log, TellsStandardErrorWhatTheEndHasLost) {
    ASSERT_EQ(::mkfifo(options.file.c_str(), 0600), 0);
    options.patience = std::chrono::milliseconds(50);
    options.tag = "gate";
    testing::internal::CaptureStderr();
    {
        service::log log(options);
        for (int i = 0; i < 1000; ++i) { // more than a pipe holds
            log.line(service::log_level::info, std::string(1000, 'x'));
        }
    }
    EXPECT_THAT(testing::internal::GetCapturedStderr(),
                MatchesRegex("gate: [0-9]+ lines of the log were lost at the end\n"));
}

TEST_F(Log, AFifoWithoutAReaderKeepsItsFirstLines) {
    ASSERT_EQ(::mkfifo(options.file.c_str(), 0600), 0);
    service::log log(options);
    log.line(service::log_level::info, "early");
    std::ifstream reader(options.file);
    std::string line;
    std::getline(reader, line);
    EXPECT_EQ(line, "early");
}

TEST_F(Log, ReopensInTheMidstOfAWait) {
    ASSERT_EQ(::mkfifo(options.file.c_str(), 0600), 0);
    {
        service::log log(options);
        for (int i = 0; i < 1000; ++i) {
            log.line(service::log_level::info, std::string(1000, 'x'));
        }
        fs::rename(dir / "log", dir / "fifo");
        log.reopen();
        log.line(service::log_level::info, "last");
    }
    EXPECT_THAT(content(dir / "log"), testing::EndsWith("x\nlast\n"));
}

/// What the datagrams say that have come meanwhile.
std::string all_datagrams(int socket) {
    std::string all;
    std::array<char, 1000> text{};
    for (;;) {
        const auto size = ::recv(socket, text.data(), text.size(), MSG_DONTWAIT);
        if (size < 0) {
            return all;
        }
        all.append(text.data(), static_cast<std::size_t>(size)).append("\n");
    }
}

TEST_F(Log, TellsASyslogDaemonWhatItDidNotTake) {
    options.file.clear();
    options.syslog = dir / "syslog";
    options.patience = std::chrono::milliseconds(5);
    const auto daemon = support::bind_unix(options.syslog, 0, SOCK_DGRAM);
    service::log log(options);
    std::string heard;
    while (heard.find("log_lost lines=") == std::string::npos) {
        for (int i = 0; i < 2000; ++i) { // more than any socket holds
            log.line(service::log_level::info, "line");
        }
        std::this_thread::sleep_for(options.patience * 4); // nobody reads meanwhile
        heard += all_datagrams(daemon.get());
    }
    EXPECT_THAT(heard, HasSubstr("why=\"the syslog daemon did not take them\""));
}

TEST_F(Log, CountsWhatADiskDidNotTake) {
    std::atomic<bool> full = true;
    std::promise<void> refused;
    options.write = [&, told = false](int fd, const void* bytes,
                                      std::size_t size) mutable -> ssize_t {
        if (full && size < 6) {
            if (!std::exchange(told, true)) {
                refused.set_value();
            }
            errno = ENOSPC;
            return -1;
        }
        return ::write(fd, bytes, full ? size - 5 : size); // the last line never fits
    };
    {
        service::log log(options);
        log.line(service::log_level::info, "lost before");
        log.line(service::log_level::info, "lost");
        refused.get_future().wait();
        full = false;
        log.line(service::log_level::info, "last");
    }
    EXPECT_THAT(content(dir / "log"), HasSubstr("last\n"));
    std::istringstream lines(content(dir / "log"));
    for (std::string line; std::getline(lines, line);) {
        EXPECT_THAT(line, testing::AnyOf("lost before", "lost", "last",
                                         MatchesRegex("log_lost lines=[12] why=\"No space.*\"")));
    }
}

TEST_F(Log, TheEndDoesNotWaitForADiskThatHangs) {
    auto disk = std::make_shared<std::promise<void>>();
    options.patience = std::chrono::milliseconds(50);
    options.write = [hangs = disk->get_future().share()](int, const void*,
                                                         std::size_t size) -> ssize_t {
        hangs.wait();
        return static_cast<ssize_t>(size);
    };
    testing::internal::CaptureStderr();
    const auto began = std::chrono::steady_clock::now();
    {
        service::log log(options);
        log.line(service::log_level::info, "lost");
        log.reopen();
    }
    EXPECT_LT(std::chrono::steady_clock::now() - began, quickly);
    EXPECT_THAT(testing::internal::GetCapturedStderr(), HasSubstr("lines of the log were lost"));
    disk->set_value();
}

} // namespace log_test
