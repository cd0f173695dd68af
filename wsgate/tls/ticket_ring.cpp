// Puts a new key in front once in each period, and drops keys that are too old.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/tls/ticket_ring.hpp"

#include <openssl/crypto.h>
#include <openssl/rand.h>

#include <algorithm>

namespace wsgate {

namespace {

template <std::size_t Size>
bool fill(std::array<unsigned char, Size>& bytes) {
    return RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) == 1;
}

} // namespace

ticket_ring::~ticket_ring() {
    for (auto& each : keys_) {
        OPENSSL_cleanse(&each.key, sizeof each.key);
    }
}

void ticket_ring::drop_old(clock::time_point now) {
    while (!keys_.empty() && now - keys_.back().made >= size * period) {
        OPENSSL_cleanse(&keys_.back().key, sizeof keys_.back().key);
        keys_.pop_back();
    }
}

std::vector<ticket_ring::aged_key> ticket_ring::all() {
    const std::lock_guard lock(mutex_);
    return {keys_.begin(), keys_.end()};
}

void ticket_ring::restore(std::vector<aged_key> from) {
    const std::lock_guard lock(mutex_);
    keys_.assign(from.begin(), from.end());
    OPENSSL_cleanse(from.data(), from.size() * sizeof(aged_key));
}

std::optional<ticket_key> ticket_ring::newest(clock::time_point now) {
    const std::lock_guard lock(mutex_);
    drop_old(now);
    if (keys_.empty() || now - keys_.front().made >= period) {
        ticket_key fresh;
        if (!fill(fresh.name) || !fill(fresh.cipher) || !fill(fresh.mac)) {
            return std::nullopt;
        }
        keys_.push_front({fresh, now});
    }
    return keys_.front().key;
}

std::optional<ticket_ring::found> ticket_ring::find(std::span<const unsigned char> name,
                                                    clock::time_point now) {
    const std::lock_guard lock(mutex_);
    drop_old(now);
    for (const auto& each : keys_) {
        if (std::ranges::equal(each.key.name, name)) {
            const bool is_newest = &each == &keys_.front() && now - each.made < period;
            return found{each.key, is_newest};
        }
    }
    return std::nullopt;
}

} // namespace wsgate
