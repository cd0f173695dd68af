// Addresses and times as fields.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/clock.hpp"
#include "service/handover/fields.hpp"

#include <boost/asio/ip/tcp.hpp>

namespace service {

void put(field_writer&, const boost::asio::ip::tcp::endpoint&);

/// What is no address is a failure.
[[nodiscard]] boost::asio::ip::tcp::endpoint endpoint_from(field_reader&);

/// Both processes have the same steady clock: it counts from the machine's start.
void put(field_writer&, net::clock::time_point);
[[nodiscard]] net::clock::time_point time_from(field_reader&);

} // namespace service
