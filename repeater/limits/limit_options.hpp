// How many connections, peers and sessions there may be, in all and of one source.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/limits/allowance.hpp"
#include "net/limits/ban.hpp"
#include "net/text/address_range.hpp"
#include "repeater/limits/id_conflicts.hpp"

#include <boost/asio/ip/address_v4.hpp>
#include <boost/asio/ip/address_v6.hpp>

#include <chrono>
#include <cstddef>
#include <vector>

namespace repeater {

/// 0: no limit.
struct caps {
    std::size_t all = 0;
    std::size_t of_source = 0;
};

/// The defaults are those of security 2; but 10 wrong IDs a minute would be 600 an hour, where it
/// allows 100.
struct limit_options {
    std::size_t connections = 0; ///< 0: nine tenths of the descriptors that we may have
    caps handshakes{10'000, 32}; ///< over the limit for all, the oldest is closed
    caps waiting_viewers{10'000, 8};
    caps waiting_servers{100'000, 256};
    caps sessions{20'000, 256};
    std::size_t dials_of_source = 4; ///< at a time
    net::rate connecting{20, std::chrono::seconds(1), 100};
    net::rate dialling{10, std::chrono::minutes(1), 10};
    net::rate wrong_ids{60, std::chrono::hours(1), 20};
    net::ban_options ban;
    conflict_options conflicts;
    /// Sources without limits of their own: a gateway or balancer on this machine speaks for many.
    std::vector<net::address_range> exempt{
        {boost::asio::ip::make_address_v4("127.0.0.0"), 8},
        {boost::asio::ip::make_address_v6("::1"), 128},
    };
};

} // namespace repeater
