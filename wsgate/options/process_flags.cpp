// Describes the options, under websockify's names where it has them.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/options/process_flags.hpp"

#include "service/command_line.hpp"

namespace wsgate {

void add_process_options(service::option_list& options, process_options& p) {
    using enum service::on_reload;
    constexpr service::seconds_range any{0.0, service::a_year};
    options.flag("-D,--daemon", p.background, needs_restart,
                 "Go on in the background, once it listens");
    service::add_rights_options(options, p.rights, needs_restart);
    options.text("--pid-file", p.pid_file, "FILE", needs_restart, "Write our process id there")
        .names_files(service::file_kind::secret);
    options.flag("--inetd", p.inetd, needs_restart,
                 "Standard input is a socket that listens: take it");
    options.flag("--run-once", p.run_once, needs_restart, "Carry one session, then end");
    options.seconds("--timeout", p.timeout, any, needs_restart,
                    "After this time accept nobody, and end with the last who is there; 0: never");
    options.seconds("--idle-exit", p.idle_exit, any, needs_restart,
                    "End when nobody was connected so long; 0: never");
    options.flag(service::check_names, p.check, never,
                 "Say whether all this could be used, then end");
}

} // namespace wsgate
