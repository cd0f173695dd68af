// Clocks that are ahead or behind by what a test wants.
// SPDX-License-Identifier: EUPL-1.2
//
// A time that is read is moved by the offset, and one that is waited for is moved back, since the
// kernel has its own. The offset of the realtime clock may change at any time, as a wall clock may
// jump; that of the monotonic clock is set before the start.
#include "tests/support/faults/control.hpp"
#include "tests/support/faults/system_call.hpp"

#include <cstdarg>
#include <ctime>
#include <dlfcn.h>
#include <linux/futex.h>
#include <pthread.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/timerfd.h>

// NOLINTBEGIN: the names and forms are those of the C library

namespace faults {

namespace {

constexpr std::int64_t in_a_second = 1'000'000'000;

std::int64_t offset_of(clockid_t clock) {
    const auto* const here = page();
    if (here == nullptr) {
        return 0;
    }
    switch (clock) {
    case CLOCK_REALTIME:
    case CLOCK_REALTIME_COARSE:
        return here->realtime_offset;
    case CLOCK_MONOTONIC:
    case CLOCK_MONOTONIC_COARSE:
    case CLOCK_MONOTONIC_RAW:
    case CLOCK_BOOTTIME:
        return here->monotonic_offset;
    default:
        return 0;
    }
}

timespec moved(const timespec& t, std::int64_t by) {
    auto seconds = t.tv_sec + by / in_a_second;
    auto rest = t.tv_nsec + by % in_a_second;
    if (rest >= in_a_second) {
        ++seconds;
        rest -= in_a_second;
    } else if (rest < 0) {
        --seconds;
        rest += in_a_second;
    }
    if (seconds < 0) {
        return {};
    }
    return {seconds, static_cast<long>(rest)};
}

timespec now(clockid_t clock) {
    timespec t{};
    (void)system_call(SYS_clock_gettime, clock, &t);
    return moved(t, offset_of(clock));
}

/// What the kernel has to wait for.
timespec real(const timespec& t, clockid_t clock) {
    return moved(t, -offset_of(clock));
}

template <class Function>
Function* next(const char* name) {
    return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

using clock_wait = int(pthread_cond_t*, pthread_mutex_t*, clockid_t, const timespec*);
using timed_wait = int(pthread_cond_t*, pthread_mutex_t*, const timespec*);

// Looked up before there are threads, as the look-up allocates.
std::atomic<clock_wait*> real_clock_wait{nullptr};
std::atomic<timed_wait*> real_timed_wait{nullptr};

__attribute__((constructor)) void find_waits() {
    real_clock_wait = next<clock_wait>("pthread_cond_clockwait");
    real_timed_wait = next<timed_wait>("pthread_cond_timedwait");
}

} // namespace

} // namespace faults

extern "C" {

int clock_gettime(clockid_t clock, timespec* to) noexcept {
    const auto answer = faults::system_call(SYS_clock_gettime, clock, to);
    if (answer == 0) {
        *to = faults::moved(*to, faults::offset_of(clock));
    }
    return static_cast<int>(answer);
}

time_t time(time_t* to) noexcept {
    const auto seconds = faults::now(CLOCK_REALTIME).tv_sec;
    if (to != nullptr) {
        *to = seconds;
    }
    return seconds;
}

int gettimeofday(timeval* to, void*) noexcept {
    const auto t = faults::now(CLOCK_REALTIME);
    *to = {t.tv_sec, t.tv_nsec / 1000};
    return 0;
}

/// Every timer here is one of the monotonic clock.
int timerfd_settime(int fd, int flags, const itimerspec* to, itimerspec* before) noexcept {
    itimerspec moved = *to;
    const bool is_set = to->it_value.tv_sec != 0 || to->it_value.tv_nsec != 0;
    if ((flags & TFD_TIMER_ABSTIME) != 0 && is_set) {
        moved.it_value = faults::real(to->it_value, CLOCK_MONOTONIC);
        if (moved.it_value.tv_sec == 0 && moved.it_value.tv_nsec == 0) {
            moved.it_value.tv_nsec = 1; // long ago; 0 would be never
        }
    }
    return static_cast<int>(faults::system_call(SYS_timerfd_settime, fd, flags, &moved, before));
}

int pthread_cond_clockwait(pthread_cond_t* condition, pthread_mutex_t* mutex, clockid_t clock,
                           const timespec* until) {
    const auto t = faults::real(*until, clock);
    return faults::real_clock_wait.load()(condition, mutex, clock, &t);
}

int pthread_cond_timedwait(pthread_cond_t* condition, pthread_mutex_t* mutex,
                           const timespec* until) {
    const auto t = faults::real(*until, CLOCK_REALTIME);
    return faults::real_timed_wait.load()(condition, mutex, &t);
}

/// The C++ library waits for a future's time by futex(2).
long syscall(long number, ...) noexcept {
    va_list more;
    va_start(more, number);
    long a[6];
    for (auto& each : a) {
        each = va_arg(more, long);
    }
    va_end(more);
    timespec moved{};
    if (number == SYS_futex && (a[1] & FUTEX_CMD_MASK) == FUTEX_WAIT_BITSET && a[3] != 0) {
        const auto clock = (a[1] & FUTEX_CLOCK_REALTIME) != 0 ? CLOCK_REALTIME : CLOCK_MONOTONIC;
        moved = faults::real(*reinterpret_cast<const timespec*>(a[3]), clock);
        a[3] = reinterpret_cast<long>(&moved);
    }
    return faults::system_call(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}

} // extern "C"

// NOLINTEND
