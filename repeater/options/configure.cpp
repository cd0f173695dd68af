// Reads the words of all three sources as one command line, the environment's first.
// SPDX-License-Identifier: EUPL-1.2
#include "repeater/options/configure.hpp"

#include "repeater/ids/id_files.hpp"
#include "repeater/options/arguments.hpp"
#include "repeater/options/repeater_options.hpp"
#include "repeater/options/web_request.hpp"
#include "service/command_line.hpp"
#include "service/key_file.hpp"
#include "service/privileges.hpp"

#include <exception>
#include <fmt/format.h>
#include <memory>
#include <optional>
#include <stdexcept>

namespace repeater {

namespace {

constexpr auto our_name = "ultravnc_repeater";

using command_line = service::daemon_line<config, repeater_options>;

/// A request that starts a daemon is a hole. repeater spec 5.3
service::early_exit answer_web_request(const environment& variables) {
    if (asks_for_help(variables)) {
        return {"Content-type: text/html\n\n" +
                    std::get<service::early_exit>(configure({"--help"}, {})).text,
                0};
    }
    return {
        "ultravnc_repeater: it is not started by web requests (REQUEST_METHOD is set): start it as "
        "a service\n",
        EX_USAGE};
}

/// What --check answers where all that is written can be read.
service::early_exit checked(const config& c) {
    try {
        if (!c.rights.user.empty()) {
            (void)service::find_identity(c.rights.user);
        }
    } catch (const std::runtime_error& e) {
        return service::complaint(our_name, e.what(), EX_CONFIG);
    }
    return {"ultravnc_repeater: the configuration is good\n", 0};
}

/// Reads what the options name. Nothing where all is good.
std::optional<service::early_exit> read_files(config& c) {
    try {
        c.admitted_ids = std::make_shared<const id_rules>(read_id_rules(c.ids, c.hello));
        if (!c.log.key_file.empty()) {
            c.log.id_key = c.events.id_key = service::read_keys(c.log.key_file, 1).front();
        }
        return std::nullopt;
    } catch (const std::exception& e) {
        return service::early_exit{fmt::format("{}: {}\n", our_name, e.what()), EX_CONFIG};
    }
}

} // namespace

std::variant<config, service::early_exit> configure(const std::vector<std::string>& words,
                                                    const environment& variables) {
    if (is_web_request(variables)) {
        return answer_web_request(variables);
    }
    const auto arguments = to_long_arguments(words, variables);
    auto outcome = service::read_command_line<command_line>(our_name, arguments.words);
    if (auto* const c = std::get_if<config>(&outcome)) {
        if (auto bye = read_files(*c)) {
            return *std::move(bye);
        }
        if (service::asks_to_check(arguments.words)) {
            return checked(*c);
        }
        c->warnings.insert(c->warnings.end(), arguments.warnings.begin(), arguments.warnings.end());
    }
    return outcome;
}

} // namespace repeater
