// Peers that have not said yet what they want: greets them, and reads the block that says it.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/deadlines.hpp"
#include "net/event_loop.hpp"
#include "repeater/options/config.hpp"
#include "repeater/pair.hpp"
#include "rfb/hello.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>

namespace repeater {

/// Belongs to the thread that decides. Sends viewers "RFB 000.000\n", then collects the hello
/// block, all within limits.handshake. Tells of each arrival, but for connections that are closed
/// without a byte: of those one in ten minutes. repeater spec 2.1-2.3
class reception {
public:
    /// A peer that has spoken: what it wants, or an error of rfb's category, where it is to be
    /// turned away; the event has said why. What it has sent behind the block is still to be read.
    struct guest {
        peer who;
        rfb::result<rfb::hello> hello;
        std::shared_ptr<const config> conf; ///< that it came under
        bool is_authorized = false;         ///< somebody was asked (--authorize-exec)
    };

    /// Hears of each peer that has spoken; not of those that leave, break off or are too slow.
    using on_hello = std::function<void(guest)>;

    reception(net::event_loop&, event_sink&, on_hello);
    reception(const reception&) = delete;
    reception& operator=(const reception&) = delete;
    ~reception();

    /// Takes a new peer; `proxy` speaks for it. Where it has said all already, on_hello is called
    /// before this returns.
    void receive(peer, std::optional<asio::ip::tcp::endpoint> proxy, std::shared_ptr<const config>);

    /// A proxy's connection was closed without a byte, and is counted with the others.
    void note_probe(peer_name);

    /// Closes the one that is here for the longest time, for the sake of newcomers. False where
    /// nobody is here.
    bool drop_oldest();

    /// Closes everybody here.
    void clear();

    [[nodiscard]] bool is_empty() const { return here_.empty(); }

    /// Connections that were closed without a byte so far.
    [[nodiscard]] std::uint64_t probed() const { return probed_; }

private:
    class newcomer;

    void finish(newcomer&);
    void expire(session_number);

    /// What is known of connections that were closed without a byte.
    struct probes {
        std::size_t untold = 0;
        net::clock::time_point quiet_until{};
    };

    /// False where such a connection is only counted. Of one that has been announced the end is
    /// told.
    [[nodiscard]] bool is_worth_telling(rfb::side, bool announced);
    void tell_probe(event::introduction_failed, bool announced);

    net::event_loop& loop_;
    event_sink& events_;
    on_hello tell_;
    net::deadlines<session_number> deadlines_;
    std::map<session_number, std::unique_ptr<newcomer>> here_; ///< the oldest first
    std::array<probes, 2> probes_;                             ///< of viewers, of servers
    std::uint64_t probed_ = 0;
};

} // namespace repeater
