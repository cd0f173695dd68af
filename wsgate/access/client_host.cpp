// Asks one header after the other.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/access/client_host.hpp"

#include "net/text/number.hpp"
#include "wsgate/access/forwarded_list.hpp"

#include <array>
#include <cstdint>
#include <optional>

namespace wsgate {

namespace {

constexpr std::string_view forwarded_header = "Forwarded";
constexpr std::array<std::string_view, 3> told_first{"X-Forwarded-Host", "X-Original-Host",
                                                     forwarded_header};
constexpr std::array<std::string_view, 3> forwarded_first{forwarded_header, "X-Forwarded-Host",
                                                          "X-Original-Host"};

std::string_view first_element(const request& r, std::string_view name) {
    auto all = value_of(r, name);
    return cut_first_element(all);
}

/// The host that this header names; empty: none.
std::string_view host_in(const request& r, std::string_view name) {
    const auto element = first_element(r, name);
    return name == forwarded_header ? forwarded_value(element, "host").value_or("") : element;
}

std::optional<std::uint16_t> told_port(const request& r) {
    const auto port = net::parse_number<std::uint16_t>(first_element(r, "X-Forwarded-Port"));
    return port && *port != 0 ? std::optional{*port} : std::nullopt;
}

} // namespace

asked_host client_host(const proxy_rules& rules, const request& r, bool from_trusted_proxy) {
    asked_host asked{value_of(r, http::field::host)};
    if (!from_trusted_proxy) {
        return asked;
    }
    asked.port = told_port(r);
    for (const auto name :
         rules.header == real_ip_header::forwarded ? forwarded_first : told_first) {
        if (const auto told = host_in(r, name); !told.empty()) {
            asked.host = told;
            asked.told_by = name;
            break;
        }
    }
    return asked;
}

std::string_view header_not_believed(const request& r, bool from_trusted_proxy) {
    for (const auto name : told_first) {
        if (!from_trusted_proxy && !host_in(r, name).empty()) {
            return name;
        }
    }
    return {};
}

} // namespace wsgate
