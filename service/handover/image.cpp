// Remembers the path by which the program was started: an upgrade puts another file there.
// SPDX-License-Identifier: EUPL-1.2
#include "service/handover/image.hpp"

#include "service/start_program.hpp"

#include <algorithm>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <string_view>
#include <system_error>
#include <unistd.h>
#include <utility>

extern char** environ; // NOLINT: POSIX's

namespace service {

namespace {

/// Takes the first part of a list with colons, and what separates it, off its front.
std::string_view take_first(std::string_view& rest) {
    const auto first = rest.substr(0, rest.find(':'));
    rest.remove_prefix(std::min(first.size() + 1, rest.size()));
    return first;
}

/// The first of PATH's directories that has such a program; empty where none has.
std::string found_in_path(const std::string& name) {
    const char* const path = std::getenv("PATH"); // NOLINT(concurrency-mt-unsafe): one thread
    std::string_view rest = path == nullptr ? "" : path;
    while (!rest.empty()) {
        const auto candidate = std::filesystem::path(take_first(rest)) / name;
        if (::access(candidate.c_str(), X_OK) == 0) {
            return candidate.string();
        }
    }
    return {};
}

std::string path_of(const std::string& name) {
    std::error_code none;
    const auto found = name.find('/') == std::string::npos ? found_in_path(name) : name;
    const auto path = found.empty() ? std::filesystem::read_symlink("/proc/self/exe", none)
                                    : std::filesystem::absolute(found, none);
    return none ? name : path.string();
}

/// Our environment, without the variable and with it anew. The watchdog of a service manager is no
/// longer for us alone.
std::vector<std::string> environment_with(const std::string& variable, const std::string& value) {
    std::vector<std::string> all{variable + "=" + value};
    for (char** each = environ; *each != nullptr; ++each) { // NOLINT(*-pointer-arithmetic): C's
        const std::string_view here{*each};
        if (!here.starts_with(variable + "=") && !here.starts_with("WATCHDOG_PID=")) {
            all.emplace_back(here);
        }
    }
    return all;
}

} // namespace

image_to_start::image_to_start(std::string variable, std::span<char* const> arguments)
    : variable_(std::move(variable)), path_(path_of(arguments.front())),
      arguments_(arguments.begin(), arguments.end()) {}

pid_t image_to_start::start(std::span<const int> passed, const std::string& names) const {
    program_to_start program;
    program.path = path_;
    program.arguments = arguments_;
    program.environment = environment_with(variable_, names);
    program.passed = passed;
    const pid_t pid = start_program(program);
    if (pid < 0) {
        throw std::system_error(-pid, std::generic_category(), "cannot start " + path_);
    }
    return pid;
}

// NOLINTBEGIN(concurrency-mt-unsafe): at the start there is one thread
std::map<std::string, net::unique_fd> take_passed(const std::string& variable) {
    const char* const names = std::getenv(variable.c_str());
    const std::string all = names == nullptr ? "" : names;
    (void)::unsetenv(variable.c_str());
    std::map<std::string, net::unique_fd> passed;
    std::string_view rest = all;
    for (int fd = first_passed; !rest.empty(); ++fd) {
        const auto name = take_first(rest);
        if (::fcntl(fd, F_SETFD, FD_CLOEXEC) == 0) { // NOLINT(*-vararg): POSIX's
            passed.emplace(name, net::unique_fd{fd});
        }
    }
    return passed;
}

// NOLINTEND(concurrency-mt-unsafe)

} // namespace service
