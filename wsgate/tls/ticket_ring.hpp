// The keys of TLS session tickets: random, replaced from time to time, never stored.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <span>
#include <vector>

namespace wsgate {

struct ticket_key {
    std::array<unsigned char, 16> name{};
    std::array<unsigned char, 32> cipher{}; ///< AES-256
    std::array<unsigned char, 32> mac{};    ///< HMAC-SHA256

    friend bool operator==(const ticket_key&, const ticket_key&) = default;
};

/// One for the process, which is kept across reloads so that tickets stay valid. Keys live for
/// `size` periods only, since whoever gets hold of a key can decrypt the sessions of TLS 1.2 whose
/// tickets it sealed (TLS 1.3 always adds a new Diffie-Hellman exchange). Safe from any thread.
class ticket_ring {
public:
    using clock = std::chrono::steady_clock;

    static constexpr int size = 3; ///< signed: `now` may be older than a key of another thread
    static constexpr std::chrono::hours period{12};

    ticket_ring() = default;
    ticket_ring(const ticket_ring&) = delete;
    ticket_ring& operator=(const ticket_ring&) = delete;
    ~ticket_ring();

    struct aged_key {
        ticket_key key;
        clock::time_point made;
    };

    /// All keys, newest first, for a process that takes over; it has the same clock.
    [[nodiscard]] std::vector<aged_key> all();
    void restore(std::vector<aged_key>);

    /// The key for new tickets. Nothing where the system has no randomness.
    [[nodiscard]] std::optional<ticket_key> newest(clock::time_point now);

    struct found {
        ticket_key key;
        bool is_newest = false; ///< otherwise the client should get a new ticket
    };

    [[nodiscard]] std::optional<found> find(std::span<const unsigned char> name,
                                            clock::time_point now);

private:
    void drop_old(clock::time_point now);

    std::mutex mutex_;
    std::deque<aged_key> keys_; ///< newest first
};

} // namespace wsgate
