// Accepts local connections, runs a tunnel for each, and stops them.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/tunnel/tunnel_server.hpp"

#include "net/deadline.hpp"
#include "net/tcp_stream.hpp"
#include "wsgate/tunnel/stdio_stream.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>

#include <exception>
#include <utility>

namespace wsgate {

namespace {

using namespace asio::experimental::awaitable_operators;

constexpr std::size_t scratch_size = std::size_t{256} * 1024;

net::task_group::escape report_to(tunnel_journal& j) {
    return [&j](const std::exception_ptr& escaped) { j.defect(net::what(escaped)); };
}

std::vector<net::listener> listen(const tunnel_config& c) {
    return c.listen ? net::listen_on(*c.listen, c.tcp) : std::vector<net::listener>{};
}

} // namespace

tunnel_server::tunnel_server(asio::any_io_executor executor, const tunnel_config& c,
                             tunnel_journal& j)
    : executor_(std::move(executor)), config_(c), journal_(j),
      tls_(c.tls), way_{c.url, c.proxy, c.extras, &tls_, c.tcp}, scratch_(scratch_size),
      listeners_(listen(c)), accepting_(executor_, report_to(j)), tasks_(executor_, report_to(j)),
      changed_(executor_) {}

tunnel::surroundings tunnel_server::around() {
    return {config_, way_, journal_, scratch_};
}

asio::awaitable<void> tunnel_server::run() {
    journal_.leading(config_);
    for (auto& each : listeners_) {
        journal_.listening(each.local());
        accepting_.spawn(
            each.run([this](net::connection c) { accept(std::move(c)); },
                     [this](const net::error_code& ec) { journal_.accept_failed(ec); }));
    }
    if (listeners_.empty()) {
        tasks_.spawn(serve(std::make_unique<tunnel>(around(), executor_, tunnel_number{++accepted_},
                                                    "-", std::make_unique<stdio_stream>(executor_),
                                                    [] { return false; })));
    }
    while (!is_done()) {
        co_await changed_.wait();
    }
    accepting_.cancel();
    co_await accepting_.join();
    for (auto& each : listeners_) {
        each.close();
    }
    for (auto* const each : tunnels_) {
        each->go_away();
    }
    co_await (tasks_.join() || net::expire_after(config_.stop));
    tasks_.cancel();
    co_await tasks_.join();
}

bool tunnel_server::is_done() const {
    return stopping_ || (config_.once && carried_ > 0) ||
           (listeners_.empty() && tasks_.size() == 0);
}

void tunnel_server::accept(net::connection c) {
    const auto peer = net::to_string(c.peer);
    if (tunnels_.size() >= config_.max_sessions) {
        journal_.refused(peer, tunnels_.size());
        return;
    }
    auto stream = std::make_unique<net::tcp_stream>(executor_, c);
    auto is_gone = [&local = *stream] {
        return net::look_at(local.native_handle()) == net::tcp_state::gone;
    };
    tasks_.spawn(serve(std::make_unique<tunnel>(around(), executor_, tunnel_number{++accepted_},
                                                peer, std::move(stream), std::move(is_gone))));
}

asio::awaitable<void> tunnel_server::serve(std::unique_ptr<tunnel> t) {
    // Removes the tunnel from the list when the coroutine's frame is destroyed, however the task
    // ends.
    struct entry {
        tunnel_server& server;
        std::list<tunnel*>::iterator mine;

        entry(tunnel_server& s, tunnel* one)
            : server(s), mine(s.tunnels_.insert(s.tunnels_.end(), one)) {}

        entry(const entry&) = delete;
        entry& operator=(const entry&) = delete;

        ~entry() {
            server.tunnels_.erase(mine);
            server.changed_.notify();
        }
    };

    const entry listed(*this, t.get());
    if (co_await t->run()) {
        ++carried_;
    }
}

void tunnel_server::show_sessions() const {
    constexpr std::size_t most = 1000; // the log's queue drops lines when too many come at once
    journal_.sessions(tunnels_.size(), most);
    std::size_t shown = 0;
    for (const auto* const each : tunnels_) {
        if (++shown > most) {
            break;
        }
        each->show();
    }
}

void tunnel_server::stop() {
    if (!std::exchange(stopping_, true)) {
        journal_.stopping("graceful");
        changed_.notify();
    }
}

void tunnel_server::stop_now() {
    stop();
    journal_.stopping("now");
    tasks_.cancel();
}

} // namespace wsgate
