// Replaces OpenSSL's allocator.                                    CRYPTO_set_mem_functions(3)
// SPDX-License-Identifier: EUPL-1.2
#include "service/openssl_memory.hpp"

#include "net/memory_reserve.hpp"

#include <openssl/crypto.h>

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <malloc.h>

namespace service {

namespace {

// NOLINTBEGIN(*-no-malloc,*-owning-memory): an allocator

void* allocate(std::size_t size, const char* /*file*/, int /*line*/) {
    return net::allocate_with_reserve(size);
}

void release(void* old, const char* /*file*/, int /*line*/) {
    std::free(old);
}

/// As realloc(3), which OpenSSL hardly uses: where it fails, the old memory stays.
void* reallocate(void* old, std::size_t size, const char* /*file*/, int /*line*/) {
    if (size == 0) {
        std::free(old);
        return nullptr;
    }
    void* const fresh = net::allocate_with_reserve(size);
    if (fresh != nullptr && old != nullptr) {
        std::memcpy(fresh, old, std::min(size, ::malloc_usable_size(old)));
        std::free(old);
    }
    return fresh;
}

// NOLINTEND(*-no-malloc,*-owning-memory)

} // namespace

void give_openssl_the_reserve() {
    (void)::CRYPTO_set_mem_functions(allocate, reallocate, release);
}

} // namespace service
