// ultravnc_repeater: configuration, then the daemon, perhaps under a supervisor.
// SPDX-License-Identifier: EUPL-1.2
#include "net/memory_reserve.hpp"
#include "repeater/daemon.hpp"
#include "repeater/events/file.hpp"
#include "repeater/options/arguments.hpp"
#include "repeater/options/configure.hpp"
#include "repeater/options/web_request.hpp"
#include "repeater/supervisor.hpp"
#include "service/descriptors.hpp"
#include "service/handover/handshake.hpp"
#include "service/handover/image.hpp"
#include "service/last_words.hpp"
#include "service/line_file.hpp"
#include "service/openssl_memory.hpp"
#include "service/rights.hpp"
#include "service/signals.hpp"

#include <cstdlib>
#include <exception>
#include <filesystem>
#include <fmt/format.h>
#include <stdexcept>
#include <string>
#include <sys/types.h>
#include <sysexits.h>
#include <system_error>

namespace {

using repeater::config;

/// By which a process that is started in our place learns what it was passed.
constexpr auto passed_variable = "ULTRAVNC_REPEATER_PASSED";

/// The configuration of a supervisor's child, which has no child itself; the parent has the pid
/// file.
config under_supervision(config c) {
    c.loop = repeater::supervision::off;
    c.has_keeper = false;
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

/// Makes the files that --user will write. Says so, and returns false, where there is no such user.
bool make_files(const config& c) {
    constexpr mode_t as_umask_says = 0666;
    try {
        const service::rights rights(c.rights);
        for (const auto& file : {c.log.file, c.pid_file}) {
            rights.make_file(file, as_umask_says);
        }
        rights.make_file(c.events.file, repeater::event_file_mode);
    } catch (const std::runtime_error& e) {
        service::print_error(std::string{"ultravnc_repeater: error: "} + e.what() + '\n');
        return false;
    }
    return true;
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

int start(const service::image_to_start& image, const char* program,
          const std::vector<std::string>& command_line) {
    auto passed = service::take_passed(passed_variable);
    repeater::relatives relatives{net::message_socket{std::move(passed["keeper"])},
                                  net::message_socket{std::move(passed["predecessor"])}};
    const auto variables =
        repeater::read_environment({repeater::known_variables(), repeater::request_variables()});
    const auto configure = [&] { return repeater::configure(command_line, variables); };
    const auto configured = configure();
    if (const auto* bye = std::get_if<service::early_exit>(&configured)) {
        if (relatives.predecessor) {
            service::refuse(relatives.predecessor, bye->text);
        }
        return service::print(*bye);
    }
    const auto& c = std::get<config>(configured);
    if (c.debug) {
        say_how_it_was_started(program, repeater::to_long_arguments(command_line, variables).words);
    }
    if (!make_files(c) || !can_log(c)) {
        return EX_CONFIG;
    }
    if (c.loop == repeater::supervision::off && !c.has_keeper) {
        return repeater::run_daemon(c, configure, image, std::move(relatives));
    }
    const auto configure_child = [&configure]() -> std::variant<config, service::early_exit> {
        auto again = configure();
        if (auto* good = std::get_if<config>(&again)) {
            return under_supervision(std::move(*good));
        }
        return again;
    };
    const auto run_child = [&](net::message_socket keeper) {
        auto again = configure_child();
        if (const auto* bye = std::get_if<service::early_exit>(&again)) {
            return service::print(*bye);
        }
        return repeater::run_daemon(std::get<config>(std::move(again)), configure_child, image,
                                    {std::move(keeper), std::move(relatives.predecessor)});
    };
    return relatives.keeper ? run_child(std::move(relatives.keeper))
                            : repeater::supervise(c, image, run_child);
}

/// Before any other constructor of a static object: those allocate as well.
[[gnu::constructor(101)]] void prepare() {
    service::prepare_last_words("ultravnc_repeater");
    net::hold_memory_reserve();
    service::give_openssl_the_reserve();
}

} // namespace

int main(int argc, char** argv) {
    try {
        service::keep_standard_descriptors();
        service::prepare_signals();
        service::raise_descriptor_limit();
        const service::image_to_start image(passed_variable,
                                            {argv, static_cast<std::size_t>(argc)});
        return start(image, argv[0], {argv + 1, argv + argc});
    } catch (const std::exception& e) {
        service::print_error(std::string{"ultravnc_repeater: "} + e.what() + '\n');
        return EXIT_FAILURE;
    }
}
