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
#include <unordered_map>
#include <utility>

namespace repeater {

namespace {

using reply = net::handoff<resolver::answer>;

} // namespace

struct resolver::shared {
    shared(asio::any_io_executor e, lookup l) : executor(std::move(e)), look_up(std::move(l)) {}

    const asio::any_io_executor executor;
    const lookup look_up;

    /// Who waits for which look-up: touched on the event loop only, so that a thread never owns
    /// anything of the loop's.
    std::unordered_map<std::uint64_t, reply*> waiting;
    std::uint64_t last_ticket = 0;

    std::mutex mutex; ///< guards what follows
    bool closed = false;
    std::size_t in_flight = 0;
};

/// The caller may leave before its answer comes.
struct resolver::leave_waiting {
    leave_waiting(shared& s, std::uint64_t t) : state(s), ticket(t) {}

    leave_waiting(const leave_waiting&) = delete;
    leave_waiting& operator=(const leave_waiting&) = delete;

    ~leave_waiting() { state.waiting.erase(ticket); }

    shared& state;
    std::uint64_t ticket;
};

void resolver::look_up_on_thread(std::shared_ptr<shared> state, std::uint64_t ticket,
                                 const std::string& name) {
    auto found = state->look_up(name);
    const std::lock_guard lock(state->mutex);
    --state->in_flight;
    if (state->closed) {
        return; // there is no event loop any more
    }
    asio::post(state->executor, [state, ticket, found = std::move(found)]() mutable {
        if (const auto who = state->waiting.find(ticket); who != state->waiting.end()) {
            who->second->give(std::move(found));
        }
    });
}

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
    reply slot(shared_->executor);
    const auto ticket = ++shared_->last_ticket;
    shared_->waiting.emplace(ticket, &slot);
    const leave_waiting on_exit(*shared_, ticket);
    std::thread(look_up_on_thread, shared_, ticket, std::move(name)).detach();
    auto found = co_await slot.take();
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
