// A queue of records that is sent at the end of each round.
// SPDX-License-Identifier: EUPL-1.2
#include "service/handover/record_channel.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <iterator>
#include <utility>

namespace service {

namespace asio = boost::asio;

namespace {

/// The kernel tells when there is room, but not when fewer descriptors are under way.
constexpr auto look_again_after = std::chrono::milliseconds(5);

} // namespace

record_channel::record_channel(net::event_loop& loop, net::message_socket socket, on_record r,
                               on_loss l, net::clock::duration patience)
    : loop_(loop), socket_(std::move(socket)), on_record_(std::move(r)), on_loss_(std::move(l)),
      patience_(patience), retry_(loop.get_executor(), [this] { send_all(); }) {
    loop_.add_reader(socket_.native_handle(), *this);
}

void record_channel::tell(std::uint8_t kind, std::vector<std::byte> fields,
                          std::span<const int> descriptors, std::uint64_t key) {
    entry e;
    e.kind = kind;
    e.fields = std::move(fields);
    e.descriptors.assign(descriptors.begin(), descriptors.end());
    e.key = key;
    add(std::move(e));
}

bool record_channel::withdraw(std::uint64_t key) {
    const auto told = std::find_if(untold_.rbegin(), untold_.rend(),
                                   [key](const entry& e) { return e.key == key; });
    if (told == untold_.rend()) {
        return false;
    }
    untold_.erase(std::next(told).base());
    return true;
}

void record_channel::then(std::function<void()> act) {
    if (!is_open()) {
        act();
        return;
    }
    entry e;
    e.then = std::move(act);
    add(std::move(e));
}

void record_channel::add(entry e) {
    if (!is_open()) {
        return;
    }
    untold_.push_back(std::move(e));
    if (!std::exchange(will_send_, true)) {
        asio::post(loop_, [this] { send_all(); });
    }
}

void record_channel::send_all() {
    will_send_ = false;
    while (!untold_.empty() && send_some()) {
    }
}

bool record_channel::send_some() {
    record_batch batch;
    const auto end = std::find_if(untold_.begin(), untold_.end(), [&batch](const entry& e) {
        return !e.then && !batch.add(e.kind, e.fields, e.descriptors);
    });
    if (end == untold_.begin()) { // no message has room for it
        lose(asio::error::message_size);
        return false;
    }
    if (!batch.is_empty()) {
        const auto ec = socket_.send(batch.bytes(), batch.descriptors());
        if (ec == asio::error::would_block) {
            wait();
            return false;
        }
        if (ec) {
            lose(ec);
            return false;
        }
    }
    waits_since_.reset();
    const std::vector<entry> sent(std::make_move_iterator(untold_.begin()),
                                  std::make_move_iterator(end));
    untold_.erase(untold_.begin(), end);
    for (const auto& each : sent) {
        each.then ? each.then() : void();
    }
    return is_open();
}

void record_channel::wait() {
    const auto now = loop_.now();
    waits_since_ = waits_since_.value_or(now);
    if (now - *waits_since_ >= patience_) {
        lose(asio::error::timed_out);
    } else {
        retry_.set(now + look_again_after);
    }
}

void record_channel::wake(net::ready /*any*/) {
    while (is_open()) {
        auto got = socket_.receive();
        if (got) {
            hear(std::move(*got));
        } else if (got.error() == asio::error::would_block) {
            return;
        } else {
            lose(got.error());
        }
    }
}

void record_channel::hear(net::message m) {
    auto all = records_of(std::move(m));
    if (!all) {
        lose(asio::error::invalid_argument);
        return;
    }
    for (auto& each : *all) {
        if (is_open()) {
            on_record_(std::move(each));
        }
    }
}

void record_channel::close() {
    if (!is_open()) {
        return;
    }
    loop_.remove(socket_.native_handle(), *this);
    socket_ = {};
    retry_.set(net::timer::never);
    for (const auto& each : std::exchange(untold_, {})) {
        each.then ? each.then() : void();
    }
}

void record_channel::lose(const net::error_code& ec) {
    close();
    on_loss_(ec);
}

} // namespace service
