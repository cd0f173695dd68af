// The result of dialling a target.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/dial.hpp"
#include "net/nothrow.hpp"
#include "net/stream.hpp"

#include <boost/asio/awaitable.hpp>

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace wsgate {

namespace asio = boost::asio;

/// Either a stream or an error.
struct dialled {
    std::unique_ptr<net::stream> stream;
    net::error_code error;
    std::string problem{}; ///< what is wrong in words, for the log; empty: the error tells all
    bool counted = false;  ///< the metrics have counted the result already
    /// Addresses of the target's name that were tried and not taken; none where it has no name.
    std::vector<net::missed_address> missed{};
};

/// Why there is no stream, with the addresses that were tried, for the log.
[[nodiscard]] std::string why_not(const dialled&);

/// Connects to a session's target; in tests it hands over a stream.
using dialler = std::function<asio::awaitable<dialled>()>;

} // namespace wsgate
