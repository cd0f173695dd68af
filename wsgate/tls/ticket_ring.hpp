// The keys of TLS session tickets: made at random, replaced in turn, never stored.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <span>

namespace wsgate {

struct ticket_key {
    std::array<unsigned char, 16> name{};
    std::array<unsigned char, 32> cipher{}; ///< AES-256
    std::array<unsigned char, 32> mac{};    ///< HMAC-SHA256

    friend bool operator==(const ticket_key&, const ticket_key&) = default;
};

/// One for the process, across reloads, so that tickets outlive them. What a stolen ticket of TLS
/// 1.2 protects is lost with its key: keys live for `size` periods (TLS 1.3 always adds a new
/// Diffie-Hellman exchange). Safe from any thread.
class ticket_ring {
public:
    using clock = std::chrono::steady_clock;

    static constexpr int size = 3; ///< signed: `now` may be older than a key of another thread
    static constexpr std::chrono::hours period{12};

    ticket_ring() = default;
    ticket_ring(const ticket_ring&) = delete;
    ticket_ring& operator=(const ticket_ring&) = delete;
    ~ticket_ring();

    /// For new tickets. None where the system has no randomness.
    [[nodiscard]] std::optional<ticket_key> newest(clock::time_point now);

    struct found {
        ticket_key key;
        bool is_newest = false; ///< otherwise the client deserves a new ticket
    };

    [[nodiscard]] std::optional<found> find(std::span<const unsigned char> name,
                                            clock::time_point now);

private:
    struct entry {
        ticket_key key;
        clock::time_point made;
    };

    void drop_old(clock::time_point now);

    std::mutex mutex_;
    std::deque<entry> keys_; ///< newest first
};

} // namespace wsgate
