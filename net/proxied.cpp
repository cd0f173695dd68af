// Reads until the header is whole, and keeps what came behind it.
// SPDX-License-Identifier: EUPL-1.2
#include "net/proxied.hpp"

#include "net/tcp_stream.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>

#include <array>
#include <span>
#include <vector>

namespace net {

namespace {

using namespace asio::experimental::awaitable_operators;

asio::awaitable<error_code> read_header(tcp_stream& stream, proxy_reader& reader,
                                        std::vector<std::byte>& early) {
    std::array<std::byte, 512> buffer{};
    while (!reader.done()) {
        if (const auto [ec] = co_await stream.wait(readiness::read); ec) {
            co_return ec;
        }
        const auto got = stream.read_some(buffer);
        if (got.error && !got.would_block()) {
            co_return got.error;
        }
        const auto bytes = std::span<const std::byte>(buffer).first(got.bytes);
        const auto rest = bytes.subspan(reader.feed(bytes));
        early.insert(early.end(), rest.begin(), rest.end());
    }
    co_return error_code{};
}

} // namespace

asio::awaitable<boost::system::result<proxy_header>> receive_proxy_header(connection& c,
                                                                          clock::duration limit) {
    tcp_stream stream(co_await asio::this_coro::executor, c);
    proxy_reader reader;
    std::vector<std::byte> early;
    const auto first = co_await (read_header(stream, reader, early) || expire_after(limit));
    c = stream.detach(std::move(early));
    if (first.index() != 0) {
        co_return error_code{asio::error::timed_out};
    }
    if (const auto ec = std::get<0>(first)) {
        co_return ec;
    }
    co_return reader.result();
}

} // namespace net
