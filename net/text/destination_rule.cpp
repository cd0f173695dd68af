// Addresses are tried first: a text that is one is no name.
// SPDX-License-Identifier: EUPL-1.2
#include "net/text/destination_rule.hpp"

#include "net/text/ascii.hpp"
#include "net/text/number.hpp"

namespace net {

namespace {

/// A last dot says that the name is complete; what it names is the same (RFC 1034 3.1).
std::string_view without_last_dot(std::string_view name) {
    return name.substr(0, name.size() - (name.ends_with('.') ? 1 : 0));
}

} // namespace

std::optional<port_range> parse_port_range(std::string_view text) {
    const auto dash = text.find('-');
    const auto first = parse_number<std::uint16_t>(text.substr(0, dash));
    const auto last =
        dash == std::string_view::npos ? first : parse_number<std::uint16_t>(text.substr(dash + 1));
    if (!first || !last || *first == 0 || *last < *first) {
        return std::nullopt;
    }
    return port_range{*first, *last};
}

bool destination_rule::covers(std::string_view host, const asio::ip::tcp::endpoint& to) const {
    const auto* const addresses = std::get_if<address_range>(&where);
    return addresses == nullptr ? covers(host, to.port())
                                : ports.contains(to.port()) && addresses->contains(to.address());
}

bool destination_rule::covers(std::string_view host, std::uint16_t port) const {
    const auto* const name = std::get_if<std::string>(&where);
    return name != nullptr && ports.contains(port) &&
           equal_but_for_case(without_last_dot(*name), without_last_dot(host));
}

std::optional<destination_rule> parse_portless_rule(std::string_view text, host_name_test is_name) {
    if (const auto addresses = parse_address_range(text)) {
        return destination_rule{*addresses};
    }
    return is_name(text) ? std::optional{destination_rule{std::string{text}}} : std::nullopt;
}

std::optional<destination_rule> parse_destination_rule(std::string_view text,
                                                       host_name_test is_name) {
    const auto colon = text.rfind(':');
    if (colon == std::string_view::npos) {
        return std::nullopt;
    }
    auto rule = parse_portless_rule(text.substr(0, colon), is_name);
    const auto ports = parse_port_range(text.substr(colon + 1));
    if (!rule || !ports) {
        return std::nullopt;
    }
    rule->ports = *ports;
    return rule;
}

} // namespace net
