// Where numbers are told, and to whom.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/text/address_range.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <chrono>
#include <cstddef>
#include <optional>
#include <vector>

namespace wsgate {

struct admin_options {
    std::optional<boost::asio::ip::tcp::endpoint> listen; ///< none: nowhere
    std::vector<net::address_range> allow;                ///< besides this machine
    std::size_t connections = 16;                         ///< at a time
    std::chrono::milliseconds patience{10'000};           ///< for each request, and each answer
};

} // namespace wsgate
