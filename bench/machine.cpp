// The machine that a run was made on.
// SPDX-License-Identifier: EUPL-1.2
#include "bench/machine.hpp"

#include <array>
#include <cerrno>
#include <ctime>
#include <fstream>
#include <string_view>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <system_error>
#include <thread>

namespace bench {

namespace {

// What follows the first `name` and blanks, colons, `=` or quotes on a line of the file.
std::string value_in(const char* file, const std::string& name) {
    std::ifstream lines(file);
    for (std::string line; std::getline(lines, line);) {
        if (line.starts_with(name)) {
            const auto from = line.find_first_not_of(" \t:=\"", name.size());
            const auto to = line.find_last_not_of(" \"");
            return from == std::string::npos ? "" : line.substr(from, to - from + 1);
        }
    }
    return "unknown";
}

// "6.1.0-18-amd64" is 6.1.0: what a distributor or owner adds says nothing to others.
std::string without_local_part(std::string_view release) {
    return std::string(release.substr(0, release.find('-')));
}

double total_memory_gib() {
    std::ifstream file("/proc/meminfo");
    std::string name;
    double kib = 0;
    file >> name >> kib;
    return kib / (1024 * 1024);
}

} // namespace

machine this_machine() {
    utsname names{};
    (void)::uname(&names);
    return {.processor = value_in("/proc/cpuinfo", "model name"),
            .cores = std::thread::hardware_concurrency(),
            .kernel = std::string(names.sysname) + ' ' + without_local_part(names.release),
            .system = value_in("/etc/os-release", "PRETTY_NAME"),
            .memory_gib = total_memory_gib()};
}

std::string today() {
    const auto now = std::time(nullptr);
    std::tm parts{};
    ::gmtime_r(&now, &parts);
    std::array<char, 16> text{};
    const auto size = std::strftime(text.data(), text.size(), "%Y-%m-%d", &parts);
    return {text.data(), size};
}

long time_waits() {
    std::ifstream file("/proc/net/sockstat");
    for (std::string word; file >> word;) {
        if (long count = 0; word == "tw" && file >> count) {
            return count;
        }
    }
    return 0;
}

std::chrono::milliseconds drain_time_waits(std::chrono::milliseconds limit) {
    using namespace std::chrono_literals;
    constexpr long hardly_any = 100;
    while (limit > 0ms && time_waits() > hardly_any) {
        std::this_thread::sleep_for(100ms);
        limit -= 100ms;
    }
    return limit;
}

void raise_descriptor_limit() {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        (void)::setrlimit(RLIMIT_NOFILE, &limit);
    }
}

pinned_to_one_cpu::pinned_to_one_cpu(bool pin) : pinned_(pin) {
    if (!pinned_) {
        return;
    }
    cpu_set_t one{};
    CPU_ZERO(&one);
    if (::sched_getaffinity(0, sizeof before_, &before_) == 0) {
        int cpu = CPU_SETSIZE - 1;
        while (cpu > 0 && !CPU_ISSET(static_cast<std::size_t>(cpu), &before_)) {
            --cpu;
        }
        CPU_SET(static_cast<std::size_t>(cpu), &one);
        if (::sched_setaffinity(0, sizeof one, &one) == 0) {
            return;
        }
    }
    throw std::system_error(errno, std::generic_category(), "cannot pin to one CPU");
}

pinned_to_one_cpu::~pinned_to_one_cpu() {
    if (pinned_) {
        (void)::sched_setaffinity(0, sizeof before_, &before_);
    }
}

} // namespace bench
