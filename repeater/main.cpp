// ultravnc_repeater: configuration, then the daemon, perhaps under a supervisor.
// SPDX-License-Identifier: EUPL-1.2
#include "repeater/daemon.hpp"
#include "repeater/options/arguments.hpp"
#include "repeater/options/configure.hpp"
#include "repeater/options/web_request.hpp"
#include "repeater/supervisor.hpp"
#include "service/descriptors.hpp"
#include "service/line_file.hpp"
#include "service/signals.hpp"

#include <cstdlib>
#include <exception>
#include <filesystem>
#include <fmt/format.h>
#include <string>
#include <sysexits.h>
#include <system_error>

namespace {

using repeater::config;

/// The configuration of a supervisor's child, which has no child itself; the parent has the pid
/// file.
config under_supervision(config c) {
    c.loop = repeater::supervision::off;
    c.pid_file.clear();
    return c;
}

void say_how_it_was_started(const char* program, const std::vector<std::string>& words) {
    std::error_code gone; // somebody may have removed the directory
    const auto directory = std::filesystem::current_path(gone);
    auto text = fmt::format("pwd:  {}\nzero: {}\nread:", gone ? gone.message() : directory.string(),
                            program);
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
        service::keep_standard_descriptors();
        service::prepare_signals();
        service::raise_descriptor_limit();
        return start(argv[0], {argv + 1, argv + argc});
    } catch (const std::exception& e) {
        service::print_error(std::string{"ultravnc_repeater: "} + e.what() + '\n');
        return EXIT_FAILURE;
    }
}
