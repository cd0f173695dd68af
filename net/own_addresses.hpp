// Lists the addresses of this machine.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include <boost/asio/ip/address.hpp>

#include <vector>

namespace net {

namespace asio = boost::asio;

/// The addresses of this machine's interfaces now. Empty where the kernel does not tell.
[[nodiscard]] std::vector<asio::ip::address> own_addresses();

} // namespace net
