// Describes and reads the address of the admin listener and the networks that may connect.
// SPDX-License-Identifier: EUPL-1.2
#include "service/admin/admin_flags.hpp"

#include "net/text/unix_path.hpp"
#include "service/option.hpp"

#include <fmt/format.h>

namespace service {

namespace {

constexpr auto admin_listen = "--admin-listen";
constexpr auto admin_allow = "--admin-allow";

void read_address(const std::string& text, admin_options& o) {
    if (const auto path = net::parse_unix_path(text)) {
        o.unix_path = *path;
        return;
    }
    o.listen = net::parse_listen_at(text);
    if (!o.listen) {
        throw bad_option(
            admin_listen,
            fmt::format("{} is not ADDRESS:PORT, such as 127.0.0.1:6081 or [::1]:6081, nor "
                        "unix:/PATH of up to {} bytes",
                        text, net::longest_unix_path));
    }
    if (!o.listen->is_loopback() && o.allow.empty()) {
        throw bad_option(admin_listen,
                         fmt::format("others can reach {}: name those who may ask there with "
                                     "--admin-allow, or listen on 127.0.0.1",
                                     text));
    }
}

} // namespace

void add_admin_options(option_list& options, raw_admin& raw, admin_options& admin) {
    using enum on_reload;
    options
        .text(admin_listen, raw.listen, "WHERE", needs_restart,
              "Answer /metrics (for Prometheus), /healthz and /readyz here, in plain HTTP, "
              "without a password: unix:/PATH, or ADDR:PORT of this machine alone such as "
              "127.0.0.1:6081, or of any one with --admin-allow [nowhere]")
        .decides(admin.listen)
        .decides(admin.unix_path);
    options
        .comma_list(
            admin_allow, raw.allow, "CIDR,...", needs_restart,
            "Who may ask there besides this machine itself, as networks; repeatable [nobody]")
        .decides(admin.allow);
}

void take_over(const raw_admin& raw, admin_options& options) {
    for (const auto& text : raw.allow) {
        const auto parsed = net::parse_address_range(text);
        if (!parsed) {
            throw bad_option(admin_allow, parsed.error());
        }
        options.allow.push_back(*parsed);
    }
    if (!raw.listen.empty()) {
        read_address(raw.listen, options);
    }
    if (!options.listen && !options.allow.empty()) {
        throw bad_option(admin_allow, options.unix_path.empty()
                                          ? "is of no use without --admin-listen"
                                          : "is of no use at a Unix socket, whose file says who "
                                            "may connect");
    }
}

} // namespace service
