// An address as its text, a time as nanoseconds.
// SPDX-License-Identifier: EUPL-1.2
#include "service/handover/net_fields.hpp"

#include <boost/asio/ip/address.hpp>

#include <cstdint>

namespace service {

namespace asio = boost::asio;

void put(field_writer& to, const asio::ip::tcp::endpoint& e) {
    to.text(e.address().to_string());
    to.number(e.port());
}

asio::ip::tcp::endpoint endpoint_from(field_reader& in) {
    constexpr std::uint64_t largest_port = 0xffff;
    boost::system::error_code bad;
    const auto address = asio::ip::make_address(in.text(), bad);
    if (bad) {
        in.fail();
    }
    return {address, static_cast<std::uint16_t>(in.number_up_to(largest_port))};
}

void put(field_writer& to, net::clock::time_point t) {
    to.number(static_cast<std::uint64_t>(t.time_since_epoch().count()));
}

net::clock::time_point time_from(field_reader& in) {
    return net::clock::time_point{net::clock::duration{static_cast<net::clock::rep>(in.number())}};
}

} // namespace service
