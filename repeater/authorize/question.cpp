// Writes the members in one order.
// SPDX-License-Identifier: EUPL-1.2
#include "repeater/authorize/question.hpp"

#include "net/connection.hpp"
#include "net/text/escape.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

namespace repeater {

namespace {

constexpr std::size_t longest_text = 300;

} // namespace

std::string question_about(const peer_name& who, const meeting& wish) {
    boost::json::object all;
    all["side"] = to_string(who.side);
    if (const auto* const id = std::get_if<rfb::repeater_id>(&wish)) {
        all["id"] = net::escaped(id->text(), longest_text);
    } else {
        const auto& to = std::get<rfb::destination>(wish);
        all["host"] = net::escaped(to.host, longest_text);
        all["port"] = to.port;
    }
    const auto from = net::address_of(who.address);
    all["address"] = from ? from->to_string() : "";
    all["transport"] = from ? "tcp" : "unix";
    if (!who.request_id.empty()) {
        all["request_id"] = net::escaped(who.request_id, event::longest_request_id);
    }
    return boost::json::serialize(all);
}

} // namespace repeater
