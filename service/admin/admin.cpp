// Accepts connections from allowed addresses, up to a limit, and runs an admin_session for each.
// SPDX-License-Identifier: EUPL-1.2
#include "service/admin/admin.hpp"

#include "service/admin/admin_session.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace service {

namespace {

constexpr unsigned admin_socket_mode = 0660; // security G4

} // namespace

void admin_listeners::listen() {
    for (auto& each : all) {
        each.listen();
    }
}

admin_listeners open_admin(const admin_options& at, const net::tcp_options& tcp) {
    if (at.unix_path.empty()) {
        return {std::nullopt, net::listen_on(at.listen.value(), tcp)};
    }
    admin_listeners one;
    one.file.emplace(at.unix_path, admin_socket_mode);
    one.all.emplace_back(one.file->take(), "unix:" + at.unix_path, tcp);
    return one;
}

admin::admin(const asio::any_io_executor& executor, admin_options o, admin_listeners listeners,
             admin_pages pages, net::task_group::escape on_escape)
    : executor_(executor), options_(std::move(o)), pages_(std::move(pages)),
      listeners_(std::move(listeners)), accepting_(executor, on_escape),
      clients_(executor, std::move(on_escape)) {}

void admin::start(const on_error& on_accept_failed) {
    for (auto& each : listeners_.all) {
        accepting_.spawn(
            each.run([this](net::connection c) { accept(std::move(c)); }, on_accept_failed));
    }
}

/// Closes a connection at once where its address is not allowed or there are too many already. The
/// file's mode has let in who came by a Unix socket.
void admin::accept(net::connection c) {
    const auto from = net::address_of(c.peer);
    const bool may_ask =
        !from || from->is_loopback() || net::contains(options_.allow, net::unmapped(*from));
    if (may_ask && clients_.size() < options_.connections) {
        clients_.spawn(serve(std::move(c)));
    }
}

asio::awaitable<void> admin::serve(net::connection c) {
    admin_session session(executor_, std::move(c), pages_, options_.patience);
    co_await session.run();
}

asio::awaitable<void> admin::stop() {
    accepting_.cancel();
    clients_.cancel();
    co_await accepting_.join();
    for (auto& each : listeners_.all) {
        each.close();
    }
    listeners_.file.reset();
    co_await clients_.join();
}

} // namespace service
