// Reads getrusage(2), getrlimit(2) and /proc/self.
// SPDX-License-Identifier: EUPL-1.2
#include "service/admin/process_metrics.hpp"

#include "service/admin/exposition.hpp"

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <sstream>
#include <string>
#include <sys/resource.h>
#include <system_error>
#include <unistd.h>

namespace service {

namespace {

double cpu_seconds() {
    rusage used{};
    (void)::getrusage(RUSAGE_SELF, &used);
    return static_cast<double>(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
           static_cast<double>(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
}

/// The process's memory, virtual and resident, in bytes.
struct memory {
    std::uint64_t all = 0;
    std::uint64_t resident = 0;
};

std::optional<memory> read_memory() {
    memory pages;
    if (std::ifstream from("/proc/self/statm"); !(from >> pages.all >> pages.resident)) {
        return std::nullopt;
    }
    const auto page = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
    return memory{pages.all * page, pages.resident * page};
}

std::optional<std::uint64_t> open_descriptors() {
    std::error_code ec;
    const std::filesystem::directory_iterator all("/proc/self/fd", ec);
    if (ec) {
        return std::nullopt;
    }
    // Reading the directory takes a descriptor, which is in it as well.
    return static_cast<std::uint64_t>(std::distance(begin(all), end(all))) - 1;
}

/// When the process began, in seconds since 1970; field 22 of /proc/self/stat counts from the boot
/// (proc(5)).
std::optional<double> read_start_time() {
    std::string line;
    std::ifstream stat("/proc/self/stat");
    std::getline(stat, line);
    // The program's name is in brackets and may hold anything.
    std::istringstream fields(line.substr(std::min(line.size(), line.rfind(')') + 1)));
    std::string skipped;
    for (int i = 3; i < 22; ++i) {
        fields >> skipped;
    }
    double ticks = 0;
    if (!(fields >> ticks)) {
        return std::nullopt;
    }
    std::ifstream kernel("/proc/stat");
    while (std::getline(kernel, line)) {
        if (line.starts_with("btime ")) {
            return std::stod(line.substr(6)) + ticks / static_cast<double>(::sysconf(_SC_CLK_TCK));
        }
    }
    return std::nullopt;
}

} // namespace

void write_process(exposition& out) {
    out.family("process_cpu_seconds_total", "counter", "User and system CPU time spent.");
    out.sample({}, cpu_seconds());
    if (const auto used = read_memory()) {
        out.family("process_resident_memory_bytes", "gauge", "Resident memory.");
        out.sample({}, used->resident);
        out.family("process_virtual_memory_bytes", "gauge", "Virtual memory.");
        out.sample({}, used->all);
    }
    if (const auto open = open_descriptors()) {
        out.family("process_open_fds", "gauge", "Open file descriptors.");
        out.sample({}, *open);
    }
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        out.family("process_max_fds", "gauge", "File descriptors there may be.");
        out.sample({}, static_cast<std::uint64_t>(limit.rlim_cur));
    }
    if (const auto start = read_start_time()) {
        out.family("process_start_time_seconds", "gauge", "Start, in seconds since 1970.");
        out.sample({}, *start);
    }
}

} // namespace service
