// Builds the members of an event's description, and escapes what comes from outside.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "repeater/events/id_printer.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

namespace repeater {

/// Each function adds one member, or the few that belong together, behind those that are there.
class members {
public:
    explicit members(const id_printer& print) : print_(print) {}

    members& word(std::string_view key, std::string_view ours);
    members& number(std::string_view key, std::uint64_t);
    members& number(std::string_view key, session_number);
    members& truth(std::string_view key, bool);
    members& seconds(std::string_view key, std::chrono::milliseconds);
    /// How many a second, to a tenth.
    members& rate(std::string_view key, std::uint64_t count, std::chrono::milliseconds in);
    members& list(std::string_view key, boost::json::array ours);

    /// Bytes that are not ours: escaped, and cut after `limit` of them.
    members& outside(std::string_view key, std::string_view bytes, std::size_t limit);

    /// "eof", or the error's message.
    members& error(std::string_view key, const error_code&);

    /// "203.0.113.9:4711", or "unix" where a peer of a Unix socket has no address.
    members& address(std::string_view key, const asio::ip::tcp::endpoint&);

    /// What a proxy has given; nothing where there was none.
    members& request(std::string_view key, const peer_name&);

    /// `session`, `side`, `peer` and, where there is one, `request_id`.
    members& peer(const peer_name&);

    /// `id`, as the printer shows it.
    members& id(const rfb::repeater_id&);

    /// `host` and `port`, as the viewer named them.
    members& destination(const rfb::destination&);

    /// `policy`: the pattern of the one that holds; nothing where there is none.
    members& policy(std::string_view pattern);

    /// `id`, or `host` and `port`.
    members& met(const meeting&);

    [[nodiscard]] boost::json::object take() { return std::move(all_); }

private:
    const id_printer& print_;
    boost::json::object all_;
};

} // namespace repeater
