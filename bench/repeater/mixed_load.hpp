// Sessions as people have them: updates one way, the mouse the other way.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "bench/poller.hpp"
#include "bench/subject.hpp"

#include <chrono>
#include <cstdint>
#include <span>
#include <thread>
#include <vector>

namespace bench {

/// Each session: 30 updates a second of 8 KiB from the server, 10 input events a second from the
/// viewer, evenly spread. One thread for all servers, one for all viewers. The pairs become
/// non-blocking and must outlive this.
class mixed_load {
public:
    explicit mixed_load(std::span<const session_ends> pairs);

    /// How long input events took to the server, in microseconds.
    [[nodiscard]] std::vector<double> run(std::chrono::milliseconds duration);

    /// Updates that a socket took whole, of all that were due in run().
    [[nodiscard]] double sent_share() const;

private:
    void serve(const std::stop_token&);
    void view(const std::stop_token&) const;
    void send_update(std::size_t session);
    void take_events(std::size_t session);

    std::span<const session_ends> pairs_;
    std::vector<std::size_t> rest_;               // of an update that the socket did not take whole
    std::vector<std::vector<std::byte>> partial_; // of an event that did not come whole
    std::vector<double> delays_;
    std::uint64_t due_ = 0;
    std::uint64_t sent_ = 0;
};

} // namespace bench
