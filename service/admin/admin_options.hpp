// The configuration of the admin listener.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/text/address_range.hpp"
#include "net/text/listen_at.hpp"

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace service {

/// Without an address and a path there is no admin listener.
struct admin_options {
    std::optional<net::listen_at> listen;
    std::string unix_path;                      ///< of a Unix socket instead; its mode is 0660
    std::vector<net::address_range> allow;      ///< may ask, besides this machine
    std::size_t connections = 16;               ///< at most, at the same time
    std::chrono::milliseconds patience{10'000}; ///< for each request, and each answer

    [[nodiscard]] bool is_on() const { return listen || !unix_path.empty(); }
};

} // namespace service
