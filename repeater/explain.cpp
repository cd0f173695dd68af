// Sends a version, reads the viewer's, sends the reason, and waits until the viewer has closed.
// SPDX-License-Identifier: EUPL-1.2
#include "repeater/explain.hpp"

#include "net/deadline.hpp"
#include "net/tcp_stream.hpp"
#include "net/write_all.hpp"
#include "repeater/hear_version.hpp"
#include "rfb/refusal.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>

#include <array>
#include <span>
#include <utility>
#include <vector>

namespace repeater {

namespace {

using namespace asio::experimental::awaitable_operators;

/// Closing at once, with bytes of the viewer's unread, would reset the connection under the text.
asio::awaitable<void> wait_for_close(net::stream& viewer) {
    viewer.shutdown_send();
    std::array<std::byte, 256> ignored{};
    for (;;) {
        const auto [ec] = co_await viewer.wait(net::readiness::read);
        if (ec) {
            co_return;
        }
        const auto got = viewer.read_some(ignored);
        if (got.error && !got.would_block()) {
            co_return;
        }
    }
}

/// The server's half of the opening (RFC 6143 7.1.1, 7.1.2), up to the failure.
asio::awaitable<void> tell(net::stream& viewer, std::vector<std::byte> early, bool has_version,
                           std::string_view why) {
    const auto offer = rfb::format_version(rfb::failure_version);
    if (!has_version && co_await net::write_all(viewer, offer)) {
        co_return;
    }
    const auto answered = co_await hear_version(viewer, early);
    if (!answered) {
        co_return;
    }
    const auto message = rfb::format_failure(*answered, why);
    if (!co_await net::write_all(viewer, message)) {
        co_await wait_for_close(viewer);
    }
}

} // namespace

asio::awaitable<void> explain(peer viewer, std::string why, std::chrono::milliseconds limit) {
    const bool has_version = !viewer.shown.empty();
    auto connection = viewer.release();
    net::tcp_stream stream(co_await asio::this_coro::executor, connection);
    (void)co_await (tell(stream, std::move(connection.early), has_version, why) ||
                    net::expire_after(limit));
}

} // namespace repeater
