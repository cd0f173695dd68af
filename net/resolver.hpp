// Looks names up on threads, so that neither an event loop nor its end waits for a name server.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/nothrow.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/ip/address.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace net {

/// Belongs to one event loop, and goes before it does, though callers may still wait.
class resolver {
public:
    struct answer {
        error_code error;
        std::vector<asio::ip::address> addresses; ///< in the order to try them
    };

    /// Blocks; runs on a thread of its own. Replaced by tests.
    using lookup = std::function<answer(const std::string& name)>;

    /// Names looked up at once; the others wait for their turn.
    static constexpr std::size_t max_in_flight = 64;

    enum class turns {
        of_all, ///< all such resolvers of the process share the places in flight
        own,    ///< this one has places of its own
    };

    explicit resolver(asio::any_io_executor, lookup = system_lookup, turns = turns::of_all);
    resolver(const resolver&) = delete;
    resolver& operator=(const resolver&) = delete;
    ~resolver();

    /// Answers addresses at once. There is no limit in time: a caller that leaves early leaves the
    /// look-up to itself.
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
