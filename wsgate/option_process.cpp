// websockify's names where it has them.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/option_process.hpp"

#include <CLI/CLI.hpp>

#include <cmath>

namespace wsgate {

void add_process_options(CLI::App& app, process_options& p) {
    const auto seconds = [&app](const char* name, std::chrono::milliseconds& value,
                                const char* what) {
        constexpr double thousand = 1000;
        constexpr double year = 366.0 * 86400;
        app.add_option_function<double>(
               name,
               [&value](double s) {
                   value = std::chrono::milliseconds(std::llround(s * thousand));
               },
               what)
            ->type_name("SECONDS")
            ->check(CLI::Range(0.0, year));
    };
    app.add_flag("-D,--daemon", p.background, "Go on in the background, once it listens");
    app.add_option("--user", p.user, "Become this user, once it listens")->type_name("NAME");
    app.add_flag("--inetd", p.inetd, "Standard input is a socket that listens: take it");
    app.add_flag("--run-once", p.run_once, "Carry one session, then end");
    seconds("--timeout", p.timeout,
            "After this time accept nobody, and end with the last who is there; 0: never [0]");
    seconds("--idle-exit", p.idle_exit, "End when nobody was connected so long; 0: never [0]");
    app.add_flag("--check", p.check, "Say whether all this could be used, then end")
        ->configurable(false);
}

} // namespace wsgate
