// Accepts connections from allowed addresses, up to a limit, and runs an admin_session for each.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/ops/admin.hpp"

#include "wsgate/ops/admin_session.hpp"

#include <utility>

namespace wsgate {

admin::admin(const asio::any_io_executor& executor, const admin_options& o,
             const net::tcp_options& tcp, const metrics& m, readiness& r,
             net::task_group::escape on_escape)
    : executor_(executor), options_(o), metrics_(m), ready_(r),
      listeners_(net::listen_on(o.listen.value(), tcp)), accepting_(executor, on_escape),
      clients_(executor, std::move(on_escape)) {}

void admin::start(const on_error& on_accept_failed) {
    for (auto& each : listeners_) {
        accepting_.spawn(
            each.run([this](net::connection c) { accept(std::move(c)); }, on_accept_failed));
    }
}

/// Closes a connection at once where its address is not allowed or there are too many already.
void admin::accept(net::connection c) {
    const auto from = net::unmapped(c.peer.address());
    if ((from.is_loopback() || net::contains(options_.allow, from)) &&
        clients_.size() < options_.connections) {
        clients_.spawn(serve(std::move(c)));
    }
}

asio::awaitable<void> admin::serve(net::connection c) {
    admin_session session(executor_, std::move(c), metrics_, ready_, options_.patience);
    co_await session.run();
}

asio::awaitable<void> admin::stop() {
    accepting_.cancel();
    clients_.cancel();
    co_await accepting_.join();
    for (auto& each : listeners_) {
        each.close();
    }
    co_await clients_.join();
}

} // namespace wsgate
