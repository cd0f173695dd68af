// Keeps random bytes in a store of each thread, and hands them out four at a time.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/ws/masking_keys.hpp"

#include "wsgate/tls/error.hpp"

#include <openssl/rand.h>

#include <array>
#include <cstddef>
#include <cstring>

namespace wsgate {

masking_key random_masking_key() {
    constexpr std::size_t store_size = 1024;
    thread_local std::array<unsigned char, store_size> store;
    thread_local std::size_t used = store_size;
    masking_key key{};
    if (used + key.size() > store.size()) {
        if (RAND_bytes(store.data(), static_cast<int>(store.size())) != 1) {
            fail_tls("no random numbers");
        }
        used = 0;
    }
    std::memcpy(key.data(), store.data() + used, key.size());
    used += key.size();
    return key;
}

} // namespace wsgate
