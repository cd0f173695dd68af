// The result of dialling a target.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/nothrow.hpp"
#include "net/stream.hpp"

#include <boost/asio/awaitable.hpp>

#include <functional>
#include <memory>
#include <string>

namespace wsgate {

namespace asio = boost::asio;

/// Either a stream or an error.
struct dialled {
    std::unique_ptr<net::stream> stream;
    net::error_code error;
    std::string problem{}; ///< what is wrong in words, for the log; empty: the error tells all
    bool counted = false;  ///< the metrics have counted the result already
};

/// Connects to a session's target; in tests it hands over a stream.
using dialler = std::function<asio::awaitable<dialled>()>;

} // namespace wsgate
