// Runs a coroutine to its end on an event loop of its own.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/event_loop.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>

#include <exception>
#include <utility>

namespace support {

/// What comes out may hold a stream of `context`.
template <class T>
[[nodiscard]] T result_of(net::event_loop& context, boost::asio::awaitable<T> task) {
    T result{};
    boost::asio::co_spawn(context, std::move(task), [&result](const std::exception_ptr& e, T r) {
        if (e) {
            std::rethrow_exception(e);
        }
        result = std::move(r);
    });
    context.run();
    return result;
}

/// For what holds none.
template <class T>
[[nodiscard]] T result_of(boost::asio::awaitable<T> task) {
    net::event_loop context;
    return result_of(context, std::move(task));
}

} // namespace support
