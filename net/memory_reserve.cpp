// A mapping that the new-handler unmaps. malloc(3) would keep for itself what is freed.
// SPDX-License-Identifier: EUPL-1.2
#include "net/memory_reserve.hpp"

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <exception>
#include <new>
#include <sys/mman.h>
#include <utility>

namespace net {

namespace {

constexpr std::size_t reserve_size = std::size_t{1} << 20U;

// NOLINTBEGIN(*-non-const-global-variables): operator new belongs to the process, and so do these
std::atomic<void*> reserve{nullptr};
std::atomic<bool> was_held{false};
std::atomic<unsigned> times_given_up{0};
thread_local bool may_fail = false;

// NOLINTEND(*-non-const-global-variables)

class out_of_memory : public std::bad_alloc {
public:
    [[nodiscard]] const char* what() const noexcept override { return "out of memory"; }
};

[[noreturn]] void end_for_want_of_memory() noexcept {
    try {
        throw out_of_memory();
    } catch (const out_of_memory&) {
        std::terminate(); // its handler sees what it was
    }
}

/// Null where the system grants none.
void* map_reserve() {
    void* const got =
        ::mmap(nullptr, reserve_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return got == MAP_FAILED ? nullptr : got; // NOLINT: the system's macro
}

/// Returns where another attempt may succeed: also where another thread has given the reserve up
/// since this one last tried. Otherwise it ends the process.
void give_up_reserve() noexcept {
    thread_local unsigned seen = 0;
    if (void* const mine = reserve.exchange(nullptr)) {
        (void)::munmap(mine, reserve_size);
        seen = ++times_given_up;
    } else if (const unsigned now = times_given_up; std::exchange(seen, now) == now) {
        end_for_want_of_memory();
    }
}

/// Called by operator new, which tries again when this returns.
void make_room() {
    if (may_fail) {
        throw std::bad_alloc();
    }
    give_up_reserve();
}

} // namespace

void hold_memory_reserve() {
    was_held = true;
    if (has_memory_reserve()) {
        std::set_new_handler(make_room);
    }
}

bool has_memory_reserve() {
    if (!was_held.load(std::memory_order_relaxed) ||
        reserve.load(std::memory_order_relaxed) != nullptr) {
        return true;
    }
    void* const fresh = map_reserve();
    void* none = nullptr;
    if (fresh != nullptr && !reserve.compare_exchange_strong(none, fresh)) {
        (void)::munmap(fresh, reserve_size); // another thread was faster
    }
    return fresh != nullptr;
}

void* allocate_with_reserve(std::size_t size, std::size_t alignment) noexcept {
    void* got = nullptr;
    while (size > 0 && ::posix_memalign(&got, alignment, size) != 0) {
        got = nullptr;
        give_up_reserve();
    }
    return got;
}

allocations_may_fail::allocations_may_fail() : before_(std::exchange(may_fail, true)) {}

allocations_may_fail::~allocations_may_fail() {
    may_fail = before_;
}

} // namespace net

/// Takes the place of the C library's. Asio gets the memory of its coroutines here, and not from
/// operator new (detail/memory.hpp).
extern "C" void* aligned_alloc(std::size_t alignment, std::size_t size) noexcept {
    return net::allocate_with_reserve(size, std::max(alignment, sizeof(void*)));
}
