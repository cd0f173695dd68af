// CPU time and memory of all processes of one session id.                          proc(5)
// SPDX-License-Identifier: EUPL-1.2
#include "bench/process_tree.hpp"

#include <algorithm>
#include <charconv>
#include <csignal>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <string>
#include <sys/resource.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace bench {

namespace {

struct process_status {
    pid_t parent = 0;
    pid_t session = 0;
    double own_seconds = 0;      // to a hundredth
    double children_seconds = 0; // of those that were waited for
};

std::string proc_file(pid_t pid, const char* name) {
    return "/proc/" + std::to_string(pid) + '/' + name;
}

// Empty where the process is gone.
std::optional<process_status> status_of(pid_t pid) {
    std::ifstream file(proc_file(pid, "stat"));
    std::string line;
    if (!std::getline(file, line)) {
        return {};
    }
    // The second field is a name in parentheses and may hold anything.
    std::istringstream fields(line.substr(line.rfind(')') + 1));
    std::string skipped;
    process_status status;
    fields >> skipped >> status.parent >> skipped >> status.session;
    for (int field = 7; field <= 13; ++field) {
        fields >> skipped;
    }
    double user = 0;
    double system = 0;
    double children_user = 0;
    double children_system = 0;
    fields >> user >> system >> children_user >> children_system;
    static const auto ticks = static_cast<double>(::sysconf(_SC_CLK_TCK));
    status.own_seconds = (user + system) / ticks;
    status.children_seconds = (children_user + children_system) / ticks;
    return status;
}

template <class Predicate>
std::vector<pid_t> processes(Predicate wanted) {
    std::vector<pid_t> found;
    for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
        const auto name = entry.path().filename().string();
        pid_t pid = 0;
        if (std::from_chars(name.data(), name.data() + name.size(), pid).ec != std::errc{}) {
            continue;
        }
        if (const auto status = status_of(pid); status && wanted(*status)) {
            found.push_back(pid);
        }
    }
    return found;
}

// To the nanosecond; 0 where the kernel will not say (a zombie).
double precise_seconds(pid_t pid) {
    clockid_t clock{};
    timespec time{};
    if (::clock_getcpuclockid(pid, &clock) != 0 || ::clock_gettime(clock, &time) != 0) {
        return 0;
    }
    return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

double pss_kib_of(pid_t pid) {
    std::ifstream file(proc_file(pid, "smaps_rollup"));
    std::string word;
    while (file >> word) {
        if (double value = 0; word == "Pss:" && file >> value) {
            return value;
        }
    }
    return 0;
}

} // namespace

std::vector<pid_t> process_tree::members() const {
    return processes([this](const process_status& status) { return status.session == session_; });
}

void end_all_children() {
    const auto ours = [](const process_status& status) { return status.parent == ::getpid(); };
    for (const auto child : processes(ours)) {
        process_tree(child).end();
    }
}

std::chrono::duration<double> process_tree::cpu() const {
    double seconds = 0;
    for (const auto pid : members()) {
        if (const auto status = status_of(pid)) {
            const double precise = precise_seconds(pid);
            seconds += (precise > 0 ? precise : status->own_seconds) + status->children_seconds;
        }
    }
    return std::chrono::duration<double>(seconds);
}

double process_tree::pss_kib() const {
    double sum = 0;
    for (const auto pid : members()) {
        sum += pss_kib_of(pid);
    }
    return sum;
}

void process_tree::limit_descriptors(std::size_t most) const {
    const rlimit limit{.rlim_cur = most, .rlim_max = most};
    for (const auto pid : members()) {
        (void)::prlimit(pid, RLIMIT_NOFILE, &limit, nullptr);
    }
}

bool process_tree::leader_has_ended() const {
    siginfo_t info{};
    return ::waitid(P_PID, static_cast<id_t>(session_), &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
           info.si_pid == session_;
}

void process_tree::end() const {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    for (auto left = members(); !left.empty() && std::chrono::steady_clock::now() < deadline;
         left = members()) {
        for (const auto pid : left) {
            (void)::kill(pid, SIGKILL);
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
        // Orphans come to us as well: main() is a subreaper.
        while (::waitpid(-1, nullptr, WNOHANG) > 0) {
        }
    }
}

} // namespace bench
