// The page by which a test arms faults in a running program and counts its calls.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace faults {

/// Which calls are counted together. The numbers are part of the page's form: harness/faults.py has
/// them too.
enum class call : std::uint32_t {
    allocate, ///< malloc, calloc, realloc and their kin, and so operator new
    accept,
    socket,
    connect,
    read,  ///< read, recv and their kin
    write, ///< write, send and their kin
    splice,
    epoll_ctl,
    epoll_wait,
    open,
    make_descriptor, ///< pipe2, eventfd, timerfd_create, epoll_create1
    socket_option,   ///< getsockopt, setsockopt, getsockname
    thread,          ///< pthread_create
    count
};

/// The error of a call that ends the process at once, as kill -9 does. A process whose parent is
/// FAULTS_SPARE is spared, and the call succeeds there.
constexpr std::int32_t kills = 4095;

/// One or several calls in a row that fail.
struct fault {
    std::atomic<std::uint32_t> which; ///< a call
    std::atomic<std::int32_t> error;  ///< errno; 0: the fault is not armed
    std::atomic<std::uint64_t> from;  ///< number of the first call to fail; calls count from 1
    std::atomic<std::uint64_t> times; ///< how many in a row fail
};

/// A file of this form is named by FAULTS_CONTROL. The test writes faults and offsets, the library
/// the rest. Whoever arms a fault writes `error` last.
struct control {
    std::array<std::atomic<std::uint64_t>, static_cast<std::size_t>(call::count)> calls;
    std::atomic<std::uint64_t> failed;          ///< calls that were made to fail
    std::atomic<std::int64_t> realtime_offset;  ///< nanoseconds that are added to CLOCK_REALTIME
    std::atomic<std::int64_t> monotonic_offset; ///< and to CLOCK_MONOTONIC; set before the start
    std::array<fault, 16> faults;
};

static_assert(sizeof(control) == 128 + 16 * 24, "harness/faults.py knows this form");

/// The page, or nothing where there is none.
[[nodiscard]] control* page();

} // namespace faults
