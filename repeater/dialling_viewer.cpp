// Keeps what the viewer sends while its server is dialled, and sees its end at once.
// SPDX-License-Identifier: EUPL-1.2
#include "repeater/dialling_viewer.hpp"

#include "net/deadline.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <span>

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
        switch (net::look_at(p.stream.native_handle())) {
        case net::tcp_state::established:
            break;
        case net::tcp_state::peer_closed:
            co_return asio::error::eof;
        case net::tcp_state::gone:
            co_return asio::error::connection_reset;
        }
    }
}

/// Takes what there is, at most `room` bytes. An error means that the peer has left.
error_code read_early(dialling_viewer& p, std::size_t room) {
    std::array<std::byte, 1024> buffer{};
    const auto got = p.stream.read_some(std::span(buffer).first(std::min(room, buffer.size())));
    p.early.insert(p.early.end(), buffer.begin(),
                   buffer.begin() + static_cast<std::ptrdiff_t>(got.bytes));
    return got.would_block() ? error_code{} : got.error;
}

} // namespace

asio::awaitable<error_code> until_gone(dialling_viewer& p, std::size_t max_early) {
    while (p.early.size() < max_early) {
        if (const auto [ec] = co_await p.stream.wait(net::readiness::read); ec) {
            co_return ec;
        }
        if (const auto ec = read_early(p, max_early - p.early.size()); ec) {
            co_return ec;
        }
    }
    co_return co_await until_closed(p);
}

} // namespace repeater
