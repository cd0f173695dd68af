// ultravnc_repeater: configuration, then the daemon, perhaps under a supervisor.
// SPDX-License-Identifier: EUPL-1.2
#include "repeater/daemon.hpp"
#include "repeater/options/arguments.hpp"
#include "repeater/options/configure.hpp"
#include "repeater/options/web_request.hpp"
#include "repeater/supervisor.hpp"
#include "service/descriptors.hpp"
#include "service/line_file.hpp"

#include <csignal>
#include <cstdlib>
#include <exception>
#include <fcntl.h>
#include <filesystem>
#include <fmt/format.h>
#include <string>
#include <sysexits.h>
#include <unistd.h>

namespace {

using repeater::config;

/// Opens /dev/null for each of the three that is closed: otherwise the next socket would get its
/// number, and whatever is printed there would go to a peer.
void keep_standard_descriptors() {
    int fd = 0;
    do {
        fd = ::open("/dev/null", O_RDWR | O_CLOEXEC);
    } while (fd >= 0 && fd <= STDERR_FILENO);
    (void)::close(fd);
}

/// The configuration of a supervisor's child, which has no child itself; the parent has the pid
/// file.
config under_supervision(config c) {
    c.loop = repeater::supervision::off;
    c.pid_file.clear();
    return c;
}

void say_how_it_was_started(const char* program, const std::vector<std::string>& words) {
    auto text =
        fmt::format("pwd:  {}\nzero: {}\nread:", std::filesystem::current_path().string(), program);
    for (const auto& word : words) {
        text += ' ' + word;
    }
    service::print_error(text + '\n');
}

/// Says so, and returns false, where the log could not be written.
bool can_log(const config& c) {
    if (c.log.file.empty()) {
        return true;
    }
    const auto file = service::line_file::open(c.log.file, {.holds_fifo = true});
    if (!file) {
        service::print_error("ultravnc_repeater.pl: " + c.log.file + ' ' +
                             service::open_error_text(file.error()) + '\n');
    }
    return file.has_value();
}

int start(const char* program, const std::vector<std::string>& command_line) {
    const auto variables =
        repeater::read_environment({repeater::known_variables(), repeater::request_variables()});
    const auto configure = [&] { return repeater::configure(command_line, variables); };
    const auto configured = configure();
    if (const auto* bye = std::get_if<service::early_exit>(&configured)) {
        return service::print(*bye);
    }
    const auto& c = std::get<config>(configured);
    if (c.debug) {
        say_how_it_was_started(program, repeater::to_long_arguments(command_line, variables).words);
    }
    if (!can_log(c)) {
        return EX_CONFIG;
    }
    if (c.loop == repeater::supervision::off) {
        return repeater::run_daemon(c, configure);
    }
    const auto configure_child = [&configure]() -> std::variant<config, service::early_exit> {
        auto again = configure();
        if (auto* good = std::get_if<config>(&again)) {
            return under_supervision(std::move(*good));
        }
        return again;
    };
    return repeater::supervise(c, [&](net::unique_fd serving) {
        auto again = configure_child();
        if (const auto* bye = std::get_if<service::early_exit>(&again)) {
            return service::print(*bye);
        }
        return repeater::run_daemon(std::get<config>(std::move(again)), configure_child,
                                    std::move(serving));
    });
}

} // namespace

int main(int argc, char** argv) {
    try {
        keep_standard_descriptors();
        (void)std::signal(SIGPIPE, SIG_IGN);
        (void)std::signal(SIGXFSZ, SIG_IGN);
        (void)std::signal(SIGHUP, SIG_IGN); // until the daemon can reload
        service::raise_descriptor_limit();
        return start(argv[0], {argv + 1, argv + argc});
    } catch (const std::exception& e) {
        service::print_error(std::string{"ultravnc_repeater: "} + e.what() + '\n');
        return EXIT_FAILURE;
    }
}
