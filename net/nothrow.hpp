// The completion token of our coroutines: errors come back as values, and nothing is thrown.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/error_code.hpp>

#include <tuple>

namespace net {

namespace asio = boost::asio;
using boost::system::error_code;

/// A completion token: `auto [ec, n] = co_await s.async_x(args, nothrow);`
inline constexpr auto nothrow = asio::as_tuple(asio::use_awaitable);

} // namespace net
