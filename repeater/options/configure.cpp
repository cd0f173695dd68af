// Reads the words of all three sources as one command line, the environment's first.
// SPDX-License-Identifier: EUPL-1.2
#include "repeater/options/configure.hpp"

#include "repeater/options/arguments.hpp"
#include "repeater/options/repeater_options.hpp"
#include "repeater/options/web_request.hpp"
#include "service/command_line.hpp"

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

} // namespace

std::variant<config, service::early_exit> configure(const std::vector<std::string>& words,
                                                    const environment& variables) {
    if (is_web_request(variables)) {
        return answer_web_request(variables);
    }
    const auto arguments = to_long_arguments(words, variables);
    auto outcome = service::read_command_line<command_line>(our_name, arguments.words);
    if (auto* const c = std::get_if<config>(&outcome)) {
        if (service::asks_to_check(arguments.words)) {
            return service::early_exit{"ultravnc_repeater: the configuration is good\n", 0};
        }
        c->warnings.insert(c->warnings.end(), arguments.warnings.begin(), arguments.warnings.end());
    }
    return outcome;
}

} // namespace repeater
