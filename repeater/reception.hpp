// Peers that have not said yet what they want: greets them, and reads the block that says it.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/deadlines.hpp"
#include "net/poller.hpp"
#include "repeater/options/config.hpp"
#include "repeater/pair.hpp"
#include "rfb/hello.hpp"

#include <functional>
#include <memory>
#include <unordered_map>

namespace repeater {

/// Belongs to the thread that decides. Sends viewers "RFB 000.000\n", then collects the hello
/// block, all within limits.handshake. repeater spec 2.1-2.3
class reception {
public:
    /// A peer that has spoken: what it wants, or an error of rfb's category, where it is to be
    /// turned away; the event has said why. Bytes behind the block are its connection's early ones.
    struct guest {
        peer who;
        rfb::result<rfb::hello> hello;
        std::shared_ptr<const config> conf; ///< that it came under
    };

    /// Hears of each peer that has spoken; not of those that leave, break off or are too slow.
    using on_hello = std::function<void(guest)>;

    reception(const asio::any_io_executor&, net::poller&, event_sink&, on_hello);
    reception(const reception&) = delete;
    reception& operator=(const reception&) = delete;
    ~reception();

    /// Takes a new peer. Where it has said all already, on_hello is called before this returns.
    void receive(peer, std::shared_ptr<const config>);

    /// Closes everybody here.
    void clear();

private:
    class newcomer;

    void finish(newcomer&);
    void expire(session_number);

    net::poller& poller_;
    event_sink& events_;
    on_hello tell_;
    net::deadlines<session_number> deadlines_;
    std::unordered_map<session_number, std::unique_ptr<newcomer>> here_;
};

} // namespace repeater
