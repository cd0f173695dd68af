// Compares what was settled once for all, and puts it back.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/setup.hpp"

#include <algorithm>
#include <vector>

namespace wsgate {

namespace {

bool is_same_place(const listen_address& a, const listen_address& b) {
    return a.address == b.address && a.port == b.port && a.unix_path == b.unix_path &&
           a.inherited == b.inherited;
}

bool are_same_places(const std::vector<listen_address>& a, const std::vector<listen_address>& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), is_same_place);
}

} // namespace

std::string keep_what_needs_a_restart(const config& now, config& next) {
    std::string all;
    const auto keep = [&all](bool same, const auto& value, auto& to, const char* options) {
        if (!same) {
            all.append(all.empty() ? "" : " ").append(options);
            to = value;
        }
    };
    keep(are_same_places(now.listen, next.listen), now.listen, next.listen, "listen");
    const auto keep_equal = [&keep](const auto& value, auto& to, const char* options) {
        keep(value == to, value, to, options);
    };
    keep_equal(now.unix_mode, next.unix_mode, "unix-listen-mode");
    keep_equal(now.admin.listen, next.admin.listen, "admin-listen");
    keep_equal(now.admin.allow, next.admin.allow, "admin-allow");
    keep_equal(now.threads, next.threads, "threads");
    keep_equal(now.access.brake, next.access.brake, "max-failures");
    keep_equal(now.process, next.process, "daemon/user/inetd/run-once/timeout/idle-exit");
    keep_equal(now.log_file, next.log_file, "log-file");
    keep_equal(now.syslog, next.syslog, "syslog");
    keep_equal(now.log_format, next.log_format, "log-format");
    keep_equal(now.log_level, next.log_level, "log-level");
    return all;
}

} // namespace wsgate
