// Keeps members as values of JSON, which have an order and types.
// SPDX-License-Identifier: EUPL-1.2
#include "repeater/events/members.hpp"

#include "net/connection.hpp"
#include "net/text/escape.hpp"

#include <boost/asio/error.hpp>
#include <boost/json/array.hpp>

#include <cmath>

namespace repeater {

members& members::word(std::string_view key, std::string_view ours) {
    all_[key] = ours;
    return *this;
}

members& members::number(std::string_view key, std::uint64_t value) {
    all_[key] = value;
    return *this;
}

members& members::number(std::string_view key, session_number value) {
    return number(key, static_cast<std::uint64_t>(value));
}

members& members::truth(std::string_view key, bool value) {
    all_[key] = value;
    return *this;
}

members& members::seconds(std::string_view key, std::chrono::milliseconds value) {
    all_[key] = std::chrono::duration<double>(value).count();
    return *this;
}

members& members::rate(std::string_view key, std::uint64_t count, std::chrono::milliseconds in) {
    constexpr double tenths = 10;
    const auto seconds = std::chrono::duration<double>(in).count();
    all_[key] =
        seconds > 0 ? std::round(tenths * static_cast<double>(count) / seconds) / tenths : 0.0;
    return *this;
}

members& members::list(std::string_view key, boost::json::array ours) {
    all_[key] = std::move(ours);
    return *this;
}

members& members::outside(std::string_view key, std::string_view bytes, std::size_t limit) {
    return word(key, net::escaped(bytes, limit));
}

members& members::error(std::string_view key, const error_code& ec) {
    constexpr std::size_t longest_message = 200;
    return ec == asio::error::eof ? word(key, "eof") : outside(key, ec.message(), longest_message);
}

members& members::address(std::string_view key, const asio::ip::tcp::endpoint& at) {
    return word(key, net::name_of(at));
}

members& members::request(std::string_view key, const peer_name& p) {
    return p.request_id.empty() ? *this : outside(key, p.request_id, event::longest_request_id);
}

members& members::peer(const peer_name& p) {
    return number("session", p.number)
        .word("side", to_string(p.side))
        .address("peer", p.address)
        .request("request_id", p);
}

members& members::id(const rfb::repeater_id& name) {
    return word("id", print_(name)); // the printer has escaped it
}

members& members::destination(const rfb::destination& to) {
    constexpr std::size_t longest_host = 255;
    return outside("host", to.host, longest_host).number("port", to.port);
}

members& members::policy(std::string_view pattern) {
    constexpr std::size_t longest = 64;
    return pattern.empty() ? *this : outside("policy", pattern, longest);
}

members& members::met(const meeting& how) {
    if (const auto* const name = std::get_if<rfb::repeater_id>(&how)) {
        return id(*name);
    }
    return destination(std::get<rfb::destination>(how));
}

} // namespace repeater
