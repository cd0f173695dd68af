// An address, and the networks that may ask there.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/option_admin.hpp"

#include <CLI/CLI.hpp>

#include <charconv>
#include <cstdint>
#include <fmt/format.h>
#include <string_view>

namespace wsgate {

namespace {

namespace ip = boost::asio::ip;

constexpr auto listen_option = "--admin-listen";
constexpr auto allow_option = "--admin-allow";

std::optional<ip::tcp::endpoint> parse_endpoint(std::string_view text) {
    const auto colon = text.rfind(':');
    if (colon == std::string_view::npos) {
        return std::nullopt;
    }
    std::uint16_t port = 0;
    const auto* const end = text.data() + text.size();
    const auto [stop, bad] = std::from_chars(text.data() + colon + 1, end, port);
    auto host = text.substr(0, colon);
    const bool in_brackets = host.size() > 2 && host.front() == '[' && host.back() == ']';
    if (in_brackets) {
        host = host.substr(1, host.size() - 2);
    }
    boost::system::error_code not_literal;
    const auto address = ip::make_address(std::string{host}, not_literal);
    if (bad != std::errc{} || stop != end || not_literal || address.is_v6() != in_brackets) {
        return std::nullopt;
    }
    return ip::tcp::endpoint{address, port};
}

} // namespace

void add_admin_options(CLI::App& app, raw_admin& raw) {
    app.add_option(listen_option, raw.listen,
                   "Answer /metrics (for Prometheus), /healthz and /readyz here, in plain HTTP, "
                   "without a password; an address of this machine alone such as 127.0.0.1:6081, "
                   "or any one with --admin-allow [nowhere]")
        ->type_name("ADDR:PORT");
    app.add_option(
           allow_option, raw.allow,
           "Who may ask there besides this machine itself, as networks; repeatable [nobody]")
        ->type_name("CIDR,...")
        ->delimiter(',')
        ->allow_extra_args(false);
}

void take_over(const raw_admin& raw, admin_options& options) {
    for (const auto& text : raw.allow) {
        const auto parsed = net::parse_network(text);
        if (!parsed) {
            throw CLI::ValidationError(allow_option, parsed.error());
        }
        options.allow.push_back(*parsed);
    }
    if (raw.listen.empty()) {
        if (!options.allow.empty()) {
            throw CLI::ValidationError(allow_option, "is of no use without --admin-listen");
        }
        return;
    }
    options.listen = parse_endpoint(raw.listen);
    if (!options.listen) {
        throw CLI::ValidationError(
            listen_option,
            fmt::format("{} is not ADDRESS:PORT, such as 127.0.0.1:6081 or [::1]:6081",
                        raw.listen));
    }
    if (!options.listen->address().is_loopback() && options.allow.empty()) {
        throw CLI::ValidationError(
            listen_option, fmt::format("others can reach {}: name those who may ask there with "
                                       "--admin-allow, or listen on 127.0.0.1",
                                       raw.listen));
    }
}

} // namespace wsgate
