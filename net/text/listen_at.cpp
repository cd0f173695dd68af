// Takes `*` for every address, and leaves the rest to net/text/host_port.
// SPDX-License-Identifier: EUPL-1.2
#include "net/text/listen_at.hpp"

#include "net/text/host_port.hpp"

#include <boost/system/error_code.hpp>

namespace net {

namespace {

constexpr std::string_view every = "*";

} // namespace

std::optional<listen_at> parse_listen_at(std::string_view text) {
    const auto where = split_host_port(text);
    if (!where) {
        return std::nullopt;
    }
    if (where->host == every && !where->in_brackets) {
        return listen_at{std::nullopt, where->port};
    }
    const auto address = address_in(*where);
    return address ? std::optional{listen_at{address, where->port}} : std::nullopt;
}

std::optional<listen_at> parse_listen_host(std::string_view text) {
    if (text == every) {
        return listen_at{};
    }
    const auto host = without_brackets(text);
    boost::system::error_code not_literal;
    const auto address = asio::ip::make_address(std::string{host}, not_literal);
    const bool is_good = !not_literal && (address.is_v6() || host.size() == text.size());
    return is_good ? std::optional{listen_at{address, 0}} : std::nullopt;
}

} // namespace net
