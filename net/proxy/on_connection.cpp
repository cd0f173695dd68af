// Peeks at what has come before it takes it, since bytes behind the header are the session's.
// SPDX-License-Identifier: EUPL-1.2
#include "net/proxy/on_connection.hpp"

#include "net/tcp_stream.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>

#include <array>
#include <cerrno>
#include <optional>
#include <sys/socket.h>
#include <utility>

namespace net {

namespace {

using namespace asio::experimental::awaitable_operators;

asio::awaitable<error_code> read_header(tcp_stream& stream, proxy_reader& reader) {
    std::array<std::byte, 512> buffer{};
    bool has_spoken = false;
    while (!reader.done()) {
        if (const auto [ec] = co_await stream.wait(readiness::read); ec) {
            co_return ec;
        }
        const auto seen = stream.peek(buffer);
        if (seen.would_block()) {
            continue;
        }
        if (seen.error) {
            co_return has_spoken ? seen.error : proxy_error::nothing;
        }
        has_spoken = true;
        const auto taken = reader.feed(std::span(buffer).first(seen.bytes));
        if (const auto got = stream.read_some(std::span(buffer).first(taken)); got.error) {
            co_return got.error;
        }
    }
    co_return error_code{};
}

/// Proxies send their header first, so that most have sent it before we look. Nothing, and nothing
/// is taken, where one has to wait for the rest.
std::optional<boost::system::result<proxy_header>> header_at_once(int fd) {
    std::array<std::byte, 512> buffer; // NOLINT: only what was read into it is looked at
    const auto seen = ::recv(fd, buffer.data(), buffer.size(), MSG_PEEK | MSG_DONTWAIT);
    if (seen <= 0) {
        return std::nullopt;
    }
    proxy_reader reader;
    const auto all = std::span(buffer).first(static_cast<std::size_t>(seen));
    const auto taken = reader.feed(all);
    if (!reader.done()) {
        return std::nullopt;
    }
    const auto got = receive(fd, all.first(taken));
    return got.error ? boost::system::result<proxy_header>{got.error} : reader.result();
}

} // namespace

asio::awaitable<boost::system::result<proxy_header>> receive_proxy_header(connection& c,
                                                                          clock::duration limit) {
    if (auto header = header_at_once(c.socket.get())) {
        co_return *std::move(header);
    }
    tcp_stream stream(co_await asio::this_coro::executor, c);
    auto header = co_await receive_proxy_header(stream, limit);
    c = stream.detach({});
    co_return header;
}

asio::awaitable<boost::system::result<proxy_header>> receive_proxy_header(tcp_stream& stream,
                                                                          clock::duration limit) {
    proxy_reader reader;
    const auto first = co_await (read_header(stream, reader) || expire_after(limit));
    if (first.index() != 0) {
        co_return error_code{asio::error::timed_out};
    }
    if (const auto ec = std::get<0>(first)) {
        co_return ec;
    }
    co_return reader.result();
}

error_code send_proxy_header(tcp_stream& to, std::span<const std::byte> header) {
    const auto wrote = to.write_some(header);
    if (wrote.error || wrote.bytes == header.size()) {
        return wrote.error;
    }
    return asio::error::no_buffer_space;
}

} // namespace net
