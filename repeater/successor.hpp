// The process that takes over from this one.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/event_loop.hpp"
#include "repeater/events/sinks.hpp"
#include "repeater/handover/records.hpp"
#include "repeater/server.hpp"
#include "service/handover/handshake.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace repeater {

/// Belongs to the thread that decides. First the listeners and all who wait, in one piece: until
/// the other process has them all and is told to go, they are ours, and whatever is wrong with it
/// they stay ours. Then the live pairs, in portions, each in the same way. Then whoever was about
/// to say hello, as it does.
class successor {
public:
    /// All of these outlive it. `keeper`: null where there is none. `more`: listeners beside the
    /// server's.
    successor(net::event_loop&, server&, sinks&, service::record_channel* keeper,
              net::message_socket, std::vector<server::listening> more);
    successor(const successor&) = delete;
    successor& operator=(const successor&) = delete;
    ~successor() = default;

    /// Completes when it is clear whether it takes over: empty, or why not.
    [[nodiscard]] asio::awaitable<std::string> take_over();

    /// Who waits is not ours any more; otherwise all is as before.
    [[nodiscard]] bool is_given() const { return is_given_; }

    /// Where that is given: completes when nothing is left that could be.
    [[nodiscard]] asio::awaitable<void> give_the_rest();

    /// This process is about to end: nobody is to take over, unless it has.
    void cancel();

private:
    void tell(record_kind, std::vector<std::byte> fields = {}, std::span<const int> sockets = {});
    void tell_all(const server::aside&);
    [[nodiscard]] asio::awaitable<std::string> let_it_go();
    void give(reception::guest);
    [[nodiscard]] asio::awaitable<void> give_pairs();
    void tell_pair(relay&);
    void tell_counts();

    net::event_loop& loop_;
    server& server_;
    sinks& sinks_;
    service::record_channel* keeper_;
    std::vector<server::listening> more_listeners_;
    service::successor_link link_;
    moved_counts told_; ///< so far
    moved_summary summary_;
    std::size_t given_ = 0; ///< peers
    bool is_given_ = false;
};

} // namespace repeater
