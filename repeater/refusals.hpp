// Peers that get no session, each closed after the same time: the answer does not tell why.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/event_loop.hpp"
#include "repeater/options/config.hpp"
#include "repeater/pair.hpp"

#include <cstddef>
#include <deque>
#include <functional>
#include <memory>

namespace repeater {

/// Belongs to the thread that decides. Holds peers for limits.refusal, in the order in which they
/// came; nothing is read from them or sent to them meanwhile. security I6
class refusals {
public:
    /// So many are held; for a further one the oldest goes before its time.
    static constexpr std::size_t most = 1024;

    /// Closes the peer, or tells it first that it gets no session.
    using turn_away = std::function<void(peer, std::shared_ptr<const config>)>;

    refusals(net::event_loop&, turn_away);
    refusals(const refusals&) = delete;
    refusals& operator=(const refusals&) = delete;
    ~refusals() = default;

    /// `conf`: that the peer came under.
    void add(peer, std::shared_ptr<const config> conf);

    /// Closes all of them now.
    void clear();

    [[nodiscard]] std::size_t size() const { return held_.size(); }

private:
    struct held {
        net::clock::time_point until;
        peer who;
        std::shared_ptr<const config> conf;
    };

    void let_go_of_oldest();
    void ring();

    net::event_loop& loop_;
    turn_away turn_away_;
    std::deque<held> held_; ///< the oldest in front
    net::timer timer_;
};

} // namespace repeater
