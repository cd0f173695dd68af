// Attempts to open a WebSocket, and then runs a bridge between it and the local connection.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/tunnel/tunnel.hpp"

#include "wsgate/ws/masking_keys.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>

#include <algorithm>
#include <utility>

namespace wsgate {

namespace {

using namespace asio::experimental::awaitable_operators;

} // namespace

tunnel::tunnel(const surroundings& s, asio::any_io_executor executor, tunnel_number n,
               std::string peer, std::unique_ptr<net::stream> local, std::function<bool()> is_gone)
    : around_(s), executor_(std::move(executor)), number_(n), peer_(std::move(peer)),
      local_(std::move(local)), is_gone_(std::move(is_gone)), leaving_(executor_) {}

asio::awaitable<bool> tunnel::run() {
    const bool is_open = co_await open();
    if (is_open) {
        co_await carry();
    }
    if (local_) {
        local_->close();
    }
    co_return is_open;
}

void tunnel::go_away() {
    going_away_ = true;
    leaving_.notify();
    if (bridge_ != nullptr) {
        bridge_->go_away();
    }
}

asio::awaitable<bool> tunnel::open() {
    const auto& conf = around_.conf;
    auto pause = conf.first_pause;
    for (unsigned attempt = 0; !going_away_; ++attempt) {
        ws_opening opening(around_.way, net::clock::now() + conf.timeout);
        const auto done = co_await (opening.run() || leaving_.wait());
        if (done.index() == 1) {
            break;
        }
        if (std::get<0>(done)) {
            remote_ = opening.take_stream();
            early_ = opening.take_early();
            around_.journal.opened(number_, peer_, opening);
            co_return true;
        }
        const bool again = attempt < conf.retries;
        around_.journal.failed(number_, peer_, opening,
                               again ? std::optional{pause} : std::nullopt);
        if (!again) {
            break;
        }
        co_await (net::expire_after(pause) || leaving_.wait());
        if (is_gone_()) {
            around_.journal.left(number_, peer_);
            break;
        }
        pause = std::min(pause * 2, conf.longest_pause);
    }
    co_return false;
}

/// Runs the bridge. Its TCP end is the local connection, which is there already and need not be
/// dialled.
asio::awaitable<void> tunnel::carry() {
    const auto& conf = around_.conf;
    bridge_options options;
    options.ping = conf.ping;
    options.pong = conf.pong;
    options.ping_mute = conf.pong.count() > 0;
    options.text = text_frames::drop;
    options.keys = random_masking_key;
    bridge b(
        executor_, around_.scratch, *remote_, [this] { return take_local(); }, options);
    began_ = net::clock::now();
    bridge_ = &b;
    if (going_away_) {
        b.go_away();
    }
    co_await b.run(std::move(early_));
    bridge_ = nullptr;
    around_.journal.ended(number_, peer_, b.summary(), age());
}

void tunnel::show() const {
    if (bridge_ != nullptr) {
        around_.journal.carries(number_, peer_, bridge_->summary(), age());
    } else {
        around_.journal.opens(number_, peer_, age());
    }
}

std::chrono::milliseconds tunnel::age() const {
    return std::chrono::duration_cast<std::chrono::milliseconds>(net::clock::now() - began_);
}

asio::awaitable<dialled> tunnel::take_local() {
    dialled d;
    d.stream = std::move(local_);
    co_return d;
}

} // namespace wsgate
