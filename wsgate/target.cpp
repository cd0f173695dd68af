// Look-up, then one address after the other.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/target.hpp"

#include "net/deadline.hpp"
#include "net/handoff.hpp"
#include "net/tcp_stream.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <charconv>
#include <utility>
#include <vector>

namespace wsgate {

namespace {

using asio::ip::tcp;
using net::error_code;
using namespace asio::experimental::awaitable_operators;

struct addresses {
    error_code error;
    std::vector<tcp::endpoint> all;
};

/// Shared by the look-up, which nothing can stop, and who may have stopped waiting for it.
struct look_up_state {
    explicit look_up_state(const asio::any_io_executor& e) : resolver(e), answer(e) {}

    tcp::resolver resolver;
    net::handoff<addresses> answer;
};

asio::awaitable<addresses> look_up(target to, std::chrono::milliseconds limit) {
    error_code not_literal;
    const auto literal = asio::ip::make_address(to.host, not_literal);
    if (!not_literal) {
        co_return addresses{{}, {tcp::endpoint{literal, to.port}}};
    }
    const auto state = std::make_shared<look_up_state>(co_await asio::this_coro::executor);
    state->resolver.async_resolve(
        to.host, std::to_string(to.port), tcp::resolver::numeric_service,
        [state](const error_code& ec, const tcp::resolver::results_type& found) {
            addresses a{ec, {}};
            for (const auto& entry : found) {
                a.all.push_back(entry.endpoint());
            }
            state->answer.give(std::move(a));
        });
    auto first = co_await (state->answer.take() || net::expire_after(limit));
    if (first.index() == 0 && std::get<0>(first)) {
        co_return std::move(*std::get<0>(first));
    }
    co_return addresses{asio::error::timed_out, {}};
}

asio::awaitable<dialled> try_address(tcp::endpoint to, std::chrono::milliseconds limit,
                                     const net::tcp_options& options) {
    const auto executor = co_await asio::this_coro::executor;
    tcp::socket socket(executor);
    auto first = co_await (socket.async_connect(to, net::nothrow) || net::expire_after(limit));
    error_code ec = asio::error::timed_out;
    if (first.index() == 0) {
        ec = std::get<0>(std::get<0>(first));
    }
    if (!ec) {
        socket.native_non_blocking(true, ec);
    }
    if (ec) {
        co_return dialled{nullptr, ec};
    }
    net::apply(options, socket.native_handle());
    net::connection raw{net::unique_fd{socket.release(ec)}, to, {}};
    co_return dialled{std::make_unique<net::tcp_stream>(executor, raw), {}};
}

} // namespace

std::optional<target> parse_target(std::string_view text) {
    const auto colon = text.rfind(':');
    if (colon == std::string_view::npos) {
        return std::nullopt;
    }
    target t;
    const auto* const end = text.data() + text.size();
    const auto [stop, ec] = std::from_chars(text.data() + colon + 1, end, t.port);
    if (ec != std::errc{} || stop != end || t.port == 0) {
        return std::nullopt;
    }
    auto host = text.substr(0, colon);
    const bool in_brackets = host.size() > 2 && host.front() == '[' && host.back() == ']';
    if (in_brackets) {
        host = host.substr(1, host.size() - 2);
    }
    // Without brackets nobody could tell the port of an IPv6 address from its last group.
    if (host.empty() || (host.find(':') != std::string_view::npos) != in_brackets ||
        host.find_first_of("[]/ ") != std::string_view::npos) {
        return std::nullopt;
    }
    t.host = host;
    return t;
}

std::string to_string(const target& t) {
    const bool is_v6 = t.host.find(':') != std::string::npos;
    return (is_v6 ? "[" + t.host + "]" : t.host) + ":" + std::to_string(t.port);
}

asio::awaitable<dialled> dial(target to, std::chrono::milliseconds limit,
                              net::tcp_options options) {
    const auto found = co_await look_up(std::move(to), limit);
    dialled last{nullptr, found.error ? found.error : asio::error::host_not_found};
    for (const auto& address : found.all) {
        last = co_await try_address(address, limit, options);
        if (last.stream) {
            break;
        }
    }
    co_return last;
}

} // namespace wsgate
