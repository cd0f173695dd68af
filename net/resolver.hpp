// Looks names up on threads, so that neither an event loop nor its end waits for a name server.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/nothrow.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/ip/address.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <string>
#include <vector>

namespace net {

/// How many names are looked up at once, and how many more may wait for their turn.
struct lookup_limits {
    std::size_t at_once = 64;
    std::size_t queued = std::numeric_limits<std::size_t>::max();

    friend bool operator==(const lookup_limits&, const lookup_limits&) = default;
};

/// Why a name is not looked up: as many wait already as may.
[[nodiscard]] error_code too_many_lookups();

/// Belongs to one event loop, and goes before it does, though callers may still wait.
class resolver {
public:
    struct answer {
        error_code error;
        std::vector<asio::ip::address> addresses; ///< in the order to try them
    };

    /// Blocks; runs on a thread of its own. Replaced by tests.
    using lookup = std::function<answer(const std::string& name)>;

    enum class turns {
        of_all, ///< all such resolvers of the process share the limits
        own,    ///< this one has limits of its own
    };

    explicit resolver(asio::any_io_executor, lookup = system_lookup, turns = turns::of_all);
    resolver(const resolver&) = delete;
    resolver& operator=(const resolver&) = delete;
    ~resolver();

    /// For look-ups from now on.
    void set(lookup_limits);

    /// Answers addresses at once. There is no limit in time: a caller that leaves early leaves the
    /// look-up to itself. Errors: those of getaddrinfo(3); too_many_lookups(); try_again where no
    /// thread is to be had.
    [[nodiscard]] asio::awaitable<answer> resolve(std::string name);

    /// Asks getaddrinfo(3).
    [[nodiscard]] static answer system_lookup(const std::string& name);

private:
    struct shared;
    struct place;

    static void look_up_on_thread(const std::shared_ptr<shared>&, std::uint64_t ticket,
                                  const std::string& name);

    // A thread may hang in a name server's silence and outlast the resolver.
    std::shared_ptr<shared> shared_;
};

} // namespace net
