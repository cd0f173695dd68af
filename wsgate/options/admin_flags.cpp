// Describes and reads the address of the admin listener and the networks that may connect.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/options/admin_flags.hpp"

#include <fmt/format.h>

namespace wsgate {

namespace {

constexpr auto listen_option = "--admin-listen";
constexpr auto allow_option = "--admin-allow";

} // namespace

void add_admin_options(service::option_list& options, raw_admin& raw, admin_options& admin) {
    using enum service::on_reload;
    options
        .text(listen_option, raw.listen, "ADDR:PORT", needs_restart,
              "Answer /metrics (for Prometheus), /healthz and /readyz here, in plain HTTP, "
              "without a password; an address of this machine alone such as 127.0.0.1:6081, "
              "or any one with --admin-allow [nowhere]")
        .decides(admin.listen);
    options
        .comma_list(
            allow_option, raw.allow, "CIDR,...", needs_restart,
            "Who may ask there besides this machine itself, as networks; repeatable [nobody]")
        .decides(admin.allow);
}

void take_over(const raw_admin& raw, admin_options& options) {
    for (const auto& text : raw.allow) {
        const auto parsed = net::parse_address_range(text);
        if (!parsed) {
            throw service::bad_option(allow_option, parsed.error());
        }
        options.allow.push_back(*parsed);
    }
    if (raw.listen.empty()) {
        if (!options.allow.empty()) {
            throw service::bad_option(allow_option, "is of no use without --admin-listen");
        }
        return;
    }
    options.listen = net::parse_listen_at(raw.listen);
    if (!options.listen) {
        throw service::bad_option(
            listen_option,
            fmt::format("{} is not ADDRESS:PORT, such as 127.0.0.1:6081 or [::1]:6081",
                        raw.listen));
    }
    if (!options.listen->is_loopback() && options.allow.empty()) {
        throw service::bad_option(
            listen_option, fmt::format("others can reach {}: name those who may ask there with "
                                       "--admin-allow, or listen on 127.0.0.1",
                                       raw.listen));
    }
}

} // namespace wsgate
