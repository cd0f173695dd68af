// Threads look names up and report to the event loop, if somebody still waits there.
// SPDX-License-Identifier: EUPL-1.2
#include "net/resolver.hpp"

#include "net/handoff.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/ip/basic_endpoint.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/system/error_category.hpp>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <map>
#include <mutex>
#include <netdb.h>
#include <system_error>
#include <thread>
#include <unordered_map>
#include <utility>

namespace net {

namespace {

using reply = handoff<resolver::answer>;

/// Threads that look names up: started when needed, ended when nothing is left to do. Detached,
/// since nothing can stop a look-up.
class crew : public std::enable_shared_from_this<crew> {
public:
    using job = std::function<void()>;

    [[nodiscard]] static const std::shared_ptr<crew>& of_the_process() {
        static const auto all = std::make_shared<crew>();
        return all;
    }

    [[nodiscard]] std::uint64_t take_ticket() {
        const std::lock_guard lock(mutex_);
        return ++last_ticket_;
    }

    void set(lookup_limits l) {
        const std::lock_guard lock(mutex_);
        limits_ = l;
    }

    /// In the order of the tickets. An error where it is not taken.
    [[nodiscard]] error_code add(std::uint64_t ticket, job work) {
        const std::lock_guard lock(mutex_);
        const auto asked_for = under_way_ + jobs_.size();
        if (asked_for >= limits_.at_once && asked_for - limits_.at_once >= limits_.queued) {
            return too_many_lookups();
        }
        jobs_.emplace(ticket, std::move(work));
        if (threads_ < limits_.at_once) {
            try {
                std::thread([all = shared_from_this()] { all->work(); }).detach();
                ++threads_;
            } catch (const std::system_error&) { // the others will come to it
            }
        }
        return threads_ > 0 ? error_code{} : error_code{asio::error::try_again};
    }

    /// Takes a look-up back that no thread has begun.
    void drop(std::uint64_t ticket) {
        const std::lock_guard lock(mutex_);
        jobs_.erase(ticket);
    }

private:
    void work() {
        std::unique_lock lock(mutex_);
        while (!jobs_.empty() && threads_ <= limits_.at_once) {
            auto next = jobs_.extract(jobs_.begin());
            ++under_way_;
            lock.unlock();
            next.mapped()();
            next = {};
            lock.lock();
            --under_way_;
        }
        --threads_;
    }

    std::mutex mutex_; ///< guards what follows
    lookup_limits limits_;
    std::map<std::uint64_t, job> jobs_; ///< that no thread has begun
    std::uint64_t last_ticket_ = 0;
    std::size_t threads_ = 0;
    std::size_t under_way_ = 0; ///< threads that look a name up
};

// Boost's base class has no virtual destructor; nobody destroys a category through it.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wnon-virtual-dtor"

// NOLINTNEXTLINE(cppcoreguidelines-virtual-class-destructor): as above
class lookup_category final : public boost::system::error_category {
public:
    [[nodiscard]] const char* name() const noexcept override { return "lookup"; }

    [[nodiscard]] std::string message(int /*only_one*/) const override {
        return "too many names are being looked up";
    }
};

#pragma GCC diagnostic pop

/// What the numbers of getaddrinfo(3) mean; Asio's category for them has no words.
error_code meaning_of(int failure) {
    switch (failure) {
    case EAI_NONAME:
    case EAI_NODATA:
    case EAI_ADDRFAMILY:
        return asio::error::host_not_found;
    case EAI_AGAIN:
        return asio::error::host_not_found_try_again;
    case EAI_MEMORY:
        return asio::error::no_memory;
    case EAI_SYSTEM:
        return {errno, boost::system::system_category()};
    default:
        return asio::error::no_recovery;
    }
}

} // namespace

error_code too_many_lookups() {
    static const lookup_category category;
    return {1, category};
}

struct resolver::shared {
    shared(asio::any_io_executor e, lookup l, std::shared_ptr<crew> c)
        : executor(std::move(e)), look_up(std::move(l)), threads(std::move(c)) {}

    const asio::any_io_executor executor;
    const lookup look_up;
    const std::shared_ptr<crew> threads;

    std::mutex mutex; ///< guards what follows
    /// Who waits for which look-up. A thread only asks whether somebody does, so that it never owns
    /// anything of the loop's.
    std::unordered_map<std::uint64_t, reply*> waiting;
};

/// A caller's place among those who wait; it ends when the caller leaves, with the answer or
/// before.
struct resolver::place {
    place(std::shared_ptr<shared> s, reply& r)
        : state(std::move(s)), ticket(state->threads->take_ticket()) {
        const std::lock_guard lock(state->mutex);
        state->waiting.emplace(ticket, &r);
    }

    place(const place&) = delete;
    place& operator=(const place&) = delete;

    ~place() {
        state->threads->drop(ticket);
        const std::lock_guard lock(state->mutex);
        state->waiting.erase(ticket);
    }

    std::shared_ptr<shared> state; // the resolver may go first
    std::uint64_t ticket;
};

void resolver::look_up_on_thread(const std::shared_ptr<shared>& state, std::uint64_t ticket,
                                 const std::string& name) {
    auto found = state->look_up(name);
    const std::lock_guard lock(state->mutex);
    if (state->waiting.count(ticket) == 0) {
        return; // perhaps there is no event loop any more
    }
    asio::post(state->executor, [state, ticket, found = std::move(found)]() mutable {
        const std::lock_guard as_above(state->mutex);
        if (const auto who = state->waiting.find(ticket); who != state->waiting.end()) {
            who->second->give(std::move(found));
        }
    });
}

resolver::resolver(asio::any_io_executor executor, lookup look_up, turns whose)
    : shared_(std::make_shared<shared>(std::move(executor), std::move(look_up),
                                       whose == turns::own ? std::make_shared<crew>()
                                                           : crew::of_the_process())) {}

resolver::~resolver() {
    const std::lock_guard lock(shared_->mutex);
    shared_->waiting.clear();
}

void resolver::set(lookup_limits l) {
    shared_->threads->set(l);
}

asio::awaitable<resolver::answer> resolver::resolve(std::string name) {
    error_code not_literal;
    const auto literal = asio::ip::make_address(name, not_literal);
    if (!not_literal) {
        co_return answer{{}, {literal}};
    }
    reply slot(shared_->executor);
    const place mine(shared_, slot);
    const auto refused = shared_->threads->add(
        mine.ticket, [state = shared_, ticket = mine.ticket, name = std::move(name)] {
            look_up_on_thread(state, ticket, name);
        });
    if (refused) {
        co_return answer{refused, {}};
    }
    auto found = co_await slot.take();
    co_return found ? std::move(*found) : answer{asio::error::operation_aborted, {}};
}

resolver::answer resolver::system_lookup(const std::string& name) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* raw = nullptr;
    if (const int failure = ::getaddrinfo(name.c_str(), nullptr, &hints, &raw); failure != 0) {
        return {meaning_of(failure), {}};
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

} // namespace net
