// Sees the end of a viewer at once, while its server is dialled.
// SPDX-License-Identifier: EUPL-1.2
#include "repeater/dialling_viewer.hpp"

#include "net/deadline.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>

namespace repeater {

asio::awaitable<error_code> until_gone(dialling_viewer& p) {
    if (const auto [ec] = co_await p.stream.wait_for_end(); ec) {
        co_return ec;
    }
    const auto how = net::error_of(net::look_at(p.stream.native_handle()));
    co_return how ? how : error_code{asio::error::eof};
}

asio::awaitable<void> hold_until(dialling_viewer& p, net::clock::time_point when) {
    using namespace asio::experimental::awaitable_operators;
    (void)co_await (net::expire_at(when) || until_gone(p));
}

} // namespace repeater
