// Splits the line at single blanks, and checks each word strictly.
// SPDX-License-Identifier: EUPL-1.2
#include "net/proxy/line.hpp"

#include "net/text/address_range.hpp"
#include "net/text/number.hpp"

#include <boost/asio/ip/address.hpp>

#include <algorithm>
#include <array>
#include <cstdint>

namespace net::proxy_line {

namespace {

using boost::system::error_code;

std::optional<std::uint16_t> parse_port(std::string_view text) {
    const bool has_zero = text.size() > 1 && text.front() == '0';
    return has_zero ? std::nullopt : parse_number<std::uint16_t>(text);
}

std::optional<asio::ip::address> parse_address(std::string_view text, bool is_v4) {
    error_code ec;
    const auto address = asio::ip::make_address(text, ec);
    const bool has_scope = text.find('%') != std::string_view::npos;
    if (ec || has_scope || address.is_v4() != is_v4) {
        return std::nullopt;
    }
    return unmapped(address);
}

} // namespace

boost::system::result<proxy_header> parse(std::string_view line) {
    std::array<std::string_view, 5> words;
    std::size_t count = 0;
    for (std::size_t from = 0; from <= line.size(); ++count) {
        const auto blank = std::min(line.find(' ', from), line.size());
        if (count < words.size()) {
            words.at(count) = line.substr(from, blank - from);
        }
        from = blank + 1;
    }
    if (words[0] == "UNKNOWN") {
        return proxy_header{};
    }
    const bool is_v4 = words[0] == "TCP4";
    const auto source = parse_address(words[1], is_v4);
    const auto destination = parse_address(words[2], is_v4);
    const auto source_port = parse_port(words[3]);
    const auto destination_port = parse_port(words[4]);
    if ((!is_v4 && words[0] != "TCP6") || count != words.size() || !source || !destination ||
        !source_port || !destination_port) {
        return proxy_error::bad_line;
    }
    proxy_header header;
    header.addresses =
        proxy_header::endpoints{{*source, *source_port}, {*destination, *destination_port}};
    return header;
}

std::string format(const proxy_header& header) {
    std::string line{start};
    if (!header.addresses) {
        return line.append("UNKNOWN").append(end);
    }
    const auto& [source, destination] = *header.addresses;
    const bool v4 = header.addresses->are_v4();
    const auto text = [v4](const asio::ip::address& a) {
        return v4 ? a.to_string() : mapped(a).to_string();
    };
    line += v4 ? "TCP4 " : "TCP6 ";
    line.append(text(source.address())).append(" ").append(text(destination.address()));
    line.append(" ").append(std::to_string(source.port()));
    line.append(" ").append(std::to_string(destination.port()));
    return line.append(end);
}

} // namespace net::proxy_line
