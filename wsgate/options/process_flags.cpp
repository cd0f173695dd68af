// websockify's names where it has them.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/options/process_flags.hpp"

#include "service/seconds_option.hpp"

#include <CLI/CLI.hpp>

namespace wsgate {

void add_process_options(CLI::App& app, process_options& p) {
    constexpr service::seconds_range any{0.0, service::a_year};
    app.add_flag("-D,--daemon", p.background, "Go on in the background, once it listens");
    app.add_option("--user", p.user, "Become this user, once it listens")->type_name("NAME");
    app.add_flag("--inetd", p.inetd, "Standard input is a socket that listens: take it");
    app.add_flag("--run-once", p.run_once, "Carry one session, then end");
    service::add_seconds(
        app, "--timeout", p.timeout, any,
        "After this time accept nobody, and end with the last who is there; 0: never [0]");
    service::add_seconds(app, "--idle-exit", p.idle_exit, any,
                         "End when nobody was connected so long; 0: never [0]");
    app.add_flag("--check", p.check, "Say whether all this could be used, then end")
        ->configurable(false);
}

} // namespace wsgate
