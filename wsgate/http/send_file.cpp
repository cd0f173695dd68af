// Writes what the client takes, then waits, looking from time to time whether it has taken
// anything.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/http/send_file.hpp"

#include "net/deadline.hpp"
#include "wsgate/http/progress_watch.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <cstdint>
#include <unistd.h>

namespace wsgate {

using namespace asio::experimental::awaitable_operators;

asio::awaitable<bool> wait_writable(net::stream& to, std::chrono::milliseconds no_progress) {
    // A socket becomes writable in large steps only. Between them a slow client takes bytes, which
    // untaken() shows.
    progress_watch watch(no_progress, to.untaken(), net::clock::now());
    do {
        const auto first =
            co_await (to.wait(net::readiness::write) || net::expire_after(watch.pause()));
        if (first.index() == 0) {
            co_return !std::get<0>(std::get<0>(first));
        }
    } while (watch.look(to.untaken(), net::clock::now()));
    co_return false;
}

asio::awaitable<bool> send_text(net::stream& to, std::string text,
                                std::chrono::milliseconds no_progress) {
    auto rest = std::as_bytes(std::span(text));
    while (!rest.empty()) {
        const auto wrote = to.write_some(rest);
        if (wrote.error && !wrote.would_block()) {
            co_return false;
        }
        rest = rest.subspan(wrote.bytes);
        if (!rest.empty() && !co_await wait_writable(to, no_progress)) {
            co_return false;
        }
    }
    co_return true;
}

/// Reads from the file again what the client did not take of a piece, so that nothing has to be
/// kept.
asio::awaitable<bool> send_content(net::stream& to, const static_file& file, byte_range rest,
                                   std::span<std::byte> scratch,
                                   std::chrono::milliseconds no_progress) {
    while (rest.size > 0) {
        const auto piece = scratch.first(
            static_cast<std::size_t>(std::min<std::uint64_t>(scratch.size(), rest.size)));
        const auto size =
            ::pread(file.fd.get(), piece.data(), piece.size(), static_cast<off_t>(rest.first));
        if (size < 0 || static_cast<std::size_t>(size) < piece.size()) {
            co_return false; // the file became shorter than the length that was sent
        }
        const auto wrote = to.write_some(piece);
        if (wrote.error && !wrote.would_block()) {
            co_return false;
        }
        rest.first += wrote.bytes;
        rest.size -= wrote.bytes;
        if (rest.size > 0 && wrote.bytes == piece.size()) {
            co_await asio::post(
                asio::use_awaitable); // lets other sessions of this thread have a turn
        } else if (rest.size > 0 && !co_await wait_writable(to, no_progress)) {
            co_return false;
        }
    }
    co_return true;
}

} // namespace wsgate
