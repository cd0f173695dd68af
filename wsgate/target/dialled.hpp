// What dialling a target gives.
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
    std::string problem{}; ///< more of it, for the log, where there is more
    bool counted = false;  ///< the metrics know of it
};

/// How a session gets its target; tests put their own streams here.
using dialler = std::function<asio::awaitable<dialled>()>;

} // namespace wsgate
