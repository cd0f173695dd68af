// no_proxy has no standard: this follows what curl, Go and Python have in common, and takes ranges.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/tunnel/proxy_choice.hpp"

#include "net/text/address_range.hpp"
#include "net/text/host_port.hpp"
#include "net/text/split.hpp"
#include "wsgate/text/ascii.hpp"

#include <algorithm>
#include <array>
#include <optional>

namespace wsgate {

namespace {

struct element {
    std::string_view host;
    std::optional<std::uint16_t> port;
};

/// Splits ":PORT" off where there is one, as in "[::1]:80" or "name:80", but not in "::1".
element split_port(std::string_view text) {
    const auto parts = net::split_host_port(text);
    const bool is_bare_v6 =
        parts && !parts->in_brackets && parts->host.find(':') != std::string_view::npos;
    return parts && !is_bare_v6 ? element{parts->host, parts->port} : element{text, std::nullopt};
}

std::string_view without_dot_at_end(std::string_view name) {
    return name.ends_with('.') ? name.substr(0, name.size() - 1) : name;
}

/// Whether the name is the domain itself or a name below it.
bool is_within(std::string_view name, std::string_view domain) {
    if (domain.starts_with("*.")) {
        domain.remove_prefix(1);
    }
    if (domain.starts_with('.')) {
        domain.remove_prefix(1);
    }
    name = without_dot_at_end(name);
    domain = without_dot_at_end(domain);
    if (domain.empty() || name.size() < domain.size()) {
        return false;
    }
    const auto before = name.size() - domain.size();
    return equal_but_for_case(name.substr(before), domain) &&
           (before == 0 || name[before - 1] == '.');
}

bool covers(std::string_view text, std::string_view host, std::uint16_t port) {
    if (text == "*") {
        return true;
    }
    const auto e = split_port(text);
    if (e.port && *e.port != port) {
        return false;
    }
    boost::system::error_code not_literal;
    const auto address = boost::asio::ip::make_address(std::string{host}, not_literal);
    if (not_literal) {
        return is_within(host, e.host);
    }
    const auto range = net::parse_address_range(e.host);
    return range && range->contains(address);
}

} // namespace

std::string proxy_in(const environment& env, bool tls, std::string_view host, std::uint16_t port) {
    constexpr std::array<const char*, 3> names{"https_proxy", "HTTPS_PROXY", "http_proxy"};
    std::string proxy;
    for (const auto* const name : names) {
        if (proxy.empty() && (tls || name == names.back())) {
            proxy = env(name);
        }
    }
    auto excepted = env("no_proxy");
    if (excepted.empty()) {
        excepted = env("NO_PROXY");
    }
    return is_excepted(excepted, host, port) ? std::string{} : proxy;
}

bool is_excepted(std::string_view list, std::string_view host, std::uint16_t port) {
    const auto all = net::split(list, ", \t");
    return std::any_of(all.begin(), all.end(),
                       [&](std::string_view each) { return covers(each, host, port); });
}

} // namespace wsgate
