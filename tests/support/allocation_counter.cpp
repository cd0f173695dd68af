// Replaces operator new and delete (C++20 17.6.3) by malloc() and free(), which sanitizers watch.
// SPDX-License-Identifier: EUPL-1.2
#include "tests/support/allocation_counter.hpp"

#include <cstdlib>
#include <new>

namespace {

// NOLINTNEXTLINE(cppcoreguidelines-avoid-non-const-global-variables): counts
constinit thread_local support::allocations of_thread;

// NOLINTBEGIN(cppcoreguidelines-no-malloc,cppcoreguidelines-owning-memory): these are what new and
// delete are made of

void* allocate(std::size_t size) noexcept {
    ++of_thread.made;
    return std::malloc(size == 0 ? 1 : size);
}

void* allocate(std::size_t size, std::align_val_t alignment) noexcept {
    ++of_thread.made;
    const auto to = static_cast<std::size_t>(alignment);
    return std::aligned_alloc(to, (size + to) / to * to); // a multiple of it, and not 0
}

void* or_throw(void* memory) {
    if (memory == nullptr) {
        throw std::bad_alloc();
    }
    return memory;
}

void release(void* memory) noexcept {
    of_thread.freed += memory != nullptr ? 1 : 0;
    std::free(memory);
}

// NOLINTEND(cppcoreguidelines-no-malloc,cppcoreguidelines-owning-memory)

} // namespace

support::allocations support::own_allocations() {
    return of_thread;
}

// All forms, since those that are missing here would be a sanitizer's own, and not be counted.

void* operator new(std::size_t n) {
    return or_throw(allocate(n));
}

void* operator new[](std::size_t n) {
    return or_throw(allocate(n));
}

void* operator new(std::size_t n, std::align_val_t a) {
    return or_throw(allocate(n, a));
}

void* operator new[](std::size_t n, std::align_val_t a) {
    return or_throw(allocate(n, a));
}

void* operator new(std::size_t n, const std::nothrow_t&) noexcept {
    return allocate(n);
}

void* operator new[](std::size_t n, const std::nothrow_t&) noexcept {
    return allocate(n);
}

void* operator new(std::size_t n, std::align_val_t a, const std::nothrow_t&) noexcept {
    return allocate(n, a);
}

void* operator new[](std::size_t n, std::align_val_t a, const std::nothrow_t&) noexcept {
    return allocate(n, a);
}

void operator delete(void* p) noexcept {
    release(p);
}

void operator delete[](void* p) noexcept {
    release(p);
}

void operator delete(void* p, std::size_t) noexcept {
    release(p);
}

void operator delete[](void* p, std::size_t) noexcept {
    release(p);
}

void operator delete(void* p, std::align_val_t) noexcept {
    release(p);
}

void operator delete[](void* p, std::align_val_t) noexcept {
    release(p);
}

void operator delete(void* p, std::size_t, std::align_val_t) noexcept {
    release(p);
}

void operator delete[](void* p, std::size_t, std::align_val_t) noexcept {
    release(p);
}

void operator delete(void* p, const std::nothrow_t&) noexcept {
    release(p);
}

void operator delete[](void* p, const std::nothrow_t&) noexcept {
    release(p);
}

void operator delete(void* p, std::align_val_t, const std::nothrow_t&) noexcept {
    release(p);
}

void operator delete[](void* p, std::align_val_t, const std::nothrow_t&) noexcept {
    release(p);
}
