// Keeps random bytes of OpenSSL in a store of each thread.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/tls/random.hpp"

#include <openssl/rand.h>

#include <array>
#include <cassert>
#include <cstring>
#include <stdexcept>

namespace wsgate {

void fill_with_random(std::span<std::byte> to) {
    constexpr std::size_t store_size = 1024;
    thread_local std::array<unsigned char, store_size> store;
    thread_local std::size_t used = store_size;
    assert(to.size() <= store_size);
    if (used + to.size() > store.size()) {
        if (RAND_bytes(store.data(), static_cast<int>(store.size())) != 1) {
            throw std::runtime_error("OpenSSL has no random numbers");
        }
        used = 0;
    }
    std::memcpy(to.data(), store.data() + used, to.size());
    used += to.size();
}

} // namespace wsgate
