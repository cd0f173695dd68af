// Takes the place off before the first `=`, and the networks off behind the ID.
// SPDX-License-Identifier: EUPL-1.2
#include "repeater/options/door.hpp"

#include "net/text/split.hpp"
#include "service/option.hpp"

#include <fmt/format.h>
#include <optional>
#include <span>
#include <string>
#include <utility>

namespace repeater {

namespace {

constexpr std::string_view network_key = "from=";

[[noreturn]] void refuse_door(rfb::side side, const std::string& why) {
    throw service::bad_option(side == rfb::side::viewer ? "--door" : "--server-door", why);
}

/// A port alone is one of all addresses.
std::optional<net::listen_at> parse_place(std::string_view text) {
    const bool has_address = text.find(':') != std::string_view::npos;
    return net::parse_listen_at(has_address ? std::string{text} : "*:" + std::string{text});
}

std::optional<rfb::repeater_id> parse_id(rfb::side side, std::string_view text,
                                         const rfb::hello_rules& rules) {
    const auto said = rfb::parse_hello(std::as_bytes(std::span(text)), side, rules);
    if (!said || !said->port.empty() || said->key) {
        return std::nullopt;
    }
    const auto* const id = std::get_if<rfb::repeater_id>(&said->wish);
    return id == nullptr ? std::nullopt : std::optional{*id};
}

} // namespace

bool door::admits(const net::asio::ip::address& peer) const {
    return from.empty() || net::contains(from, peer);
}

door parse_door(rfb::side side, std::string_view text, const rfb::hello_rules& rules) {
    const auto words = net::split(text, " \t");
    const auto first = words.empty() ? std::string_view{} : words.front();
    const auto equals = first.find('=');
    const auto at = parse_place(first.substr(0, equals));
    if (equals == std::string_view::npos || !at) {
        refuse_door(side, fmt::format("{} does not begin with PORT= or ADDRESS:PORT=, such as "
                                      "5901=ID:lab7 or 127.0.0.1:5901=ID:lab7",
                                      text));
    }
    auto id = parse_id(side, first.substr(equals + 1), rules);
    if (!id) {
        refuse_door(side, fmt::format("{} names no ID behind the =, such as ID:lab7", text));
    }
    door made{side, *at, std::move(*id)};
    for (const auto& word : std::span(words).subspan(1)) {
        if (!word.starts_with(network_key)) {
            refuse_door(side, fmt::format("{} is not from=NETWORK, which is all that may follow "
                                          "the ID",
                                          word));
        }
        auto network = net::parse_address_range(word.substr(network_key.size()));
        if (!network) {
            refuse_door(side, network.error());
        }
        made.from.push_back(*network);
    }
    return made;
}

} // namespace repeater
