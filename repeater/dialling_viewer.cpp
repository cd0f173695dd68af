// Keeps what the viewer sends while its server is dialled, and sees its end at once.
// SPDX-License-Identifier: EUPL-1.2
#include "repeater/dialling_viewer.hpp"

#include "net/deadline.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>

#include <chrono>

namespace repeater {

namespace {

using namespace asio::experimental::awaitable_operators;

// FIN behind bytes that we do not read raises no event of its own, so the kernel is asked.
constexpr auto look_again = std::chrono::seconds(1);

/// The early bytes are full: nothing is read any more, the connection is only looked at.
asio::awaitable<error_code> until_closed(dialling_viewer& p) {
    for (;;) {
        const auto woken = co_await (p.stream.wait_for_error() || net::expire_after(look_again));
        if (woken.index() == 0 && std::get<0>(std::get<0>(woken))) {
            co_return std::get<0>(std::get<0>(woken));
        }
        if (const auto ec = net::error_of(net::look_at(p.stream.native_handle()))) {
            co_return ec;
        }
    }
}

} // namespace

asio::awaitable<error_code> until_gone(dialling_viewer& p, std::size_t max_early) {
    while (p.early.size() < max_early) {
        if (const auto [ec] = co_await p.stream.wait(net::readiness::read); ec) {
            co_return ec;
        }
        const auto got = net::append_some(p.stream, p.early, max_early - p.early.size());
        if (got.error && !got.would_block()) {
            co_return got.error;
        }
    }
    co_return co_await until_closed(p);
}

} // namespace repeater
