// Look-ups on threads that report back to the event loop, where there still is one.
// SPDX-License-Identifier: EUPL-1.2
#include "repeater/resolver.hpp"

#include "net/handoff.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/ip/basic_endpoint.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>

#include <cstring>
#include <mutex>
#include <netdb.h>
#include <thread>
#include <utility>

namespace repeater {

struct resolver::shared {
    shared(asio::any_io_executor e, lookup l) : executor(std::move(e)), look_up(std::move(l)) {}

    const asio::any_io_executor executor;
    const lookup look_up;

    std::mutex mutex; ///< guards what follows
    bool closed = false;
    std::size_t in_flight = 0;
};

namespace {

using reply = net::handoff<resolver::answer>;

} // namespace

resolver::resolver(asio::any_io_executor executor, lookup look_up)
    : shared_(std::make_shared<shared>(std::move(executor), std::move(look_up))) {}

resolver::~resolver() {
    const std::lock_guard lock(shared_->mutex);
    shared_->closed = true;
}

asio::awaitable<resolver::answer> resolver::resolve(std::string name) {
    net::error_code not_literal;
    const auto literal = asio::ip::make_address(name, not_literal);
    if (!not_literal) {
        co_return answer{{}, {literal}};
    }
    {
        const std::lock_guard lock(shared_->mutex);
        if (shared_->in_flight == max_in_flight) {
            co_return answer{asio::error::try_again, {}};
        }
        ++shared_->in_flight;
    }
    // Shared with the thread, which may find that nobody waits any more.
    auto slot = std::make_shared<reply>(shared_->executor);
    std::thread([state = shared_, slot, name] {
        auto found = state->look_up(name);
        const std::lock_guard lock(state->mutex);
        --state->in_flight;
        if (!state->closed) {
            asio::post(state->executor, [slot, found = std::move(found)]() mutable {
                slot->give(std::move(found));
            });
        }
    }).detach();
    auto found = co_await slot->take();
    co_return found ? std::move(*found) : answer{asio::error::operation_aborted, {}};
}

resolver::answer resolver::system_lookup(const std::string& name) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_ADDRCONFIG;
    addrinfo* raw = nullptr;
    if (const int failure = ::getaddrinfo(name.c_str(), nullptr, &hints, &raw); failure != 0) {
        return {{failure, asio::error::get_addrinfo_category()}, {}};
    }
    const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> list(raw, ::freeaddrinfo);
    answer found;
    for (const auto* entry = list.get(); entry != nullptr; entry = entry->ai_next) {
        asio::ip::tcp::endpoint at;
        if (entry->ai_addrlen <= at.capacity()) {
            std::memcpy(at.data(), entry->ai_addr, entry->ai_addrlen);
            found.addresses.push_back(at.address());
        }
    }
    return found;
}

} // namespace repeater
