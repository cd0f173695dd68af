// A load that makes and breaks pairs, several at the same time.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "bench/poller.hpp"
#include "bench/subject.hpp"

#include <array>
#include <chrono>
#include <unordered_map>
#include <vector>

namespace bench {

/// Uses one thread and plain state machines, since the generator must cost less than the subject. A
/// pair is complete when the server's first byte is at the viewer; then both ends are reset.
class set_up_load {
public:
    explicit set_up_load(running_subject&);

    /// Runs the load; returns how many milliseconds each pair took from its first connect.
    [[nodiscard]] std::vector<double> run(std::chrono::milliseconds duration);

private:
    using clock = std::chrono::steady_clock;

    struct attempt {
        clock::time_point began;
        std::uint64_t id = 0;
        unique_fd server; // kind repeater only; a relay's servers are in accepted_
        unique_fd viewer;
        std::size_t received = 0;
    };

    void begin(std::size_t slot);
    void read_viewer(std::size_t slot);
    void accept_server();
    void finish(std::size_t slot);
    void drop_server(int fd);

    static constexpr std::size_t in_flight = 8;
    static constexpr std::uint64_t listener_key = in_flight; // below: a slot; above: accepted + fd
    static constexpr std::uint64_t accepted_key = std::uint64_t{1} << 32U;

    running_subject& subject_;
    std::size_t greeting_; // bytes that a viewer awaits before it sends anything
    poller ready_;
    std::array<attempt, in_flight> attempts_;
    std::unordered_map<int, unique_fd> accepted_;
    std::vector<double> took_;
};

} // namespace bench
