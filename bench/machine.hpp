// The machine that a run was made on, and what of it a test takes hold of.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include <chrono>
#include <sched.h>
#include <string>

namespace bench {

/// No host name: a class of machine, not a machine.
struct machine {
    std::string processor;
    unsigned cores = 0;
    std::string kernel;
    std::string system;
    double memory_gib = 0;
};

[[nodiscard]] machine this_machine();

/// "2026-11-23", UTC.
[[nodiscard]] std::string today();

/// Sockets of this network namespace in TIME_WAIT.
[[nodiscard]] long time_waits();

/// Returns what is left of `limit` once hardly any TIME_WAIT is.
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
