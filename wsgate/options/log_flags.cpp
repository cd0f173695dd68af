// Describes the options that the gateway and the tunnel share, and --syslog.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/options/log_flags.hpp"

namespace wsgate {

namespace {

const service::choices<service::log_format> format_names{{"text", service::log_format::text},
                                                         {"json", service::log_format::json}};

} // namespace

void add_log_file(service::option_list& options, std::string& file) {
    options
        .text("--log-file", file, "FILE", service::on_reload::needs_restart,
              "Append the log to this file [standard error]")
        .names_files(service::file_kind::secret);
}

void add_syslog(service::option_list& options, std::string& where) {
    options.text("--syslog", where, "WHERE", service::on_reload::needs_restart,
                 "Send the log to a syslog daemon: its socket, such as /dev/log, or HOST:PORT of "
                 "UDP [none]");
}

void add_log_lines(service::option_list& options, service::log_format& format,
                   service::log_level& level) {
    using enum service::on_reload;
    options.choice("--log-format", format, format_names, "text|json", needs_restart,
                   "key=value lines, or JSON");
    options.log_level(level, needs_restart, "The least important that is logged");
}

} // namespace wsgate
