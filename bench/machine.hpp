// Describes the machine of a run, and sets what a test needs of it: descriptors, CPU, TIME_WAITs.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include <chrono>
#include <sched.h>
#include <string>

namespace bench {

/// Holds no host name: reports compare kinds of machines.
struct machine {
    std::string processor;
    unsigned cores = 0;
    std::string kernel;
    std::string system;
    double memory_gib = 0;
};

[[nodiscard]] machine this_machine();

/// The date in UTC, such as "2026-11-23".
[[nodiscard]] std::string today();

/// The number of sockets in TIME_WAIT in this network namespace.
[[nodiscard]] long time_waits();

/// Waits until hardly any socket is in TIME_WAIT, for at most `limit`; returns what is left of that
/// time.
[[nodiscard]] std::chrono::milliseconds drain_time_waits(std::chrono::milliseconds limit);

void raise_descriptor_limit();

/// While it lives, this thread, and threads and processes that it starts, stay on one CPU.
class pinned_to_one_cpu {
public:
    explicit pinned_to_one_cpu(bool pin);
    pinned_to_one_cpu(const pinned_to_one_cpu&) = delete;
    pinned_to_one_cpu& operator=(const pinned_to_one_cpu&) = delete;
    ~pinned_to_one_cpu();

private:
    bool pinned_;
    cpu_set_t before_{};
};

} // namespace bench
