// A load as people make it: updates in one direction, input events in the other.
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

    /// Runs the load; returns how long each input event took to the server, in microseconds.
    [[nodiscard]] std::vector<double> run(std::chrono::milliseconds duration);

    /// The share of the updates due in run() that a socket took as a whole.
    [[nodiscard]] double sent_share() const;

private:
    void serve(const std::stop_token&);
    void view(const std::stop_token&) const;
    void send_update(std::size_t session);
    void take_events(std::size_t session);

    std::span<const session_ends> pairs_;
    std::vector<std::size_t> rest_; // bytes left of an update that the socket took in part
    std::vector<std::vector<std::byte>> partial_; // the part of an event that has come
    std::vector<double> delays_;
    std::uint64_t due_ = 0;
    std::uint64_t sent_ = 0;
};

} // namespace bench
