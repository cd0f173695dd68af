// Tells which addresses are this machine's own.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/nothrow.hpp"

#include <boost/asio/ip/address.hpp>

#include <optional>
#include <vector>

namespace net {

/// As the interfaces are when it is made.
class own_addresses {
public:
    own_addresses();

    /// Why the kernel does not list them, as in a unit with RestrictAddressFamilies= and without
    /// AF_NETLINK; no error where it does.
    [[nodiscard]] const error_code& error() const { return error_; }

    /// Without a list it is asked of each address whether a socket can be bound to it, which shows
    /// the same. True where that cannot be learned either.
    [[nodiscard]] bool contains(const asio::ip::address&) const;

private:
    error_code error_;
    std::vector<asio::ip::address> all_;
};

/// True where a socket can be bound to the address, or where no socket can be had to try it. An
/// address that is ours by a route of type local alone counts as well.
[[nodiscard]] bool may_be_bound(const asio::ip::address&);

} // namespace net
