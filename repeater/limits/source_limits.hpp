// Counts what each source of connections has, and says whether it may have more.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/lease.hpp"
#include "net/limits/source_table.hpp"
#include "repeater/limits/limit.hpp"
#include "repeater/limits/limit_options.hpp"

#include <boost/asio/ip/address.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <variant>

namespace repeater {

/// What a peer is at the moment.
enum class peer_stage : std::uint8_t {
    handshake, ///< it has not said yet what it wants
    waiting_viewer,
    waiting_server,
    dialling, ///< Mode I: its server is being dialled
    session,
    leaving, ///< it is told why it gets no session, and closed
};

/// Belongs to the thread that decides; outlives the places that it gives. The time is a parameter.
/// security 2, L1, L4
class source_limits {
    static constexpr std::size_t stages = 6;

    struct row {
        net::allowance connects;
        net::allowance dials;
        std::array<std::uint16_t, stages> peers{};

        [[nodiscard]] bool is_in_use() const;
    };

    struct guesses {
        net::allowance left;
        net::ban ban;
        std::uint32_t last = 0; ///< a hash of the ID that was named last

        [[nodiscard]] static bool is_in_use() { return false; }
    };

    struct counted {
        net::source_key source{};
        row* of = nullptr; ///< null: the source has no limits, or the table no room
        peer_stage stage{};
        bool is_limited = false;
        bool was_accepted = false; ///< it came by enter()
    };

public:
    using time_point = net::clock::time_point;
    using address = boost::asio::ip::address;
    /// Held by a peer for as long as it counts.
    using place = net::lease<source_limits, counted>;

    explicit source_limits(limit_options o) : options_(std::move(o)) {}

    source_limits(const source_limits&) = delete;
    source_limits& operator=(const source_limits&) = delete;
    ~source_limits() = default;

    /// Sets the limits for what comes from now on.
    void set(const limit_options& o) { options_ = o; }

    /// A connection has come. Without an address nothing is known of its source yet.
    [[nodiscard]] std::variant<place, limit> enter(const std::optional<address>&, time_point now);

    /// Whom a connection speaks for has become known. Nothing where it may stay.
    [[nodiscard]] std::optional<limit> identify(place&, const address&, time_point now);

    /// The limit that forbids the peer this stage; nothing where it may go on to it. `instead_of`:
    /// whose place it takes there; null: nobody's.
    [[nodiscard]] std::optional<limit> forbids(place&, peer_stage,
                                               place* instead_of = nullptr) const;

    /// The peer goes on to this stage, whatever the limits say.
    void move_to(place&, peer_stage);

    /// The peer goes on to `dialling`, which has a rate as well, unless the limit that is returned
    /// forbids it.
    [[nodiscard]] std::optional<limit> dial(place&, time_point now);

    /// A peer that another process took, where it had come this far. No limit is asked.
    [[nodiscard]] place restore(const std::optional<address>&, peer_stage);

    /// A peer that counts in all and for no source.
    [[nodiscard]] place without_source(peer_stage);

    /// A viewer has named an ID for which no server waits. The same as its source named the last
    /// time does not count: it waits for its server again. Where that were too many wrong ones, the
    /// source is shut out, for so long.
    [[nodiscard]] std::optional<std::chrono::seconds> wrong_id(place&, std::size_t hash_of_id,
                                                               time_point now);

    /// Whether it came by enter().
    [[nodiscard]] static bool was_accepted(place& who) { return (*who).was_accepted; }

    /// Zero where nothing is known of it.
    [[nodiscard]] static net::source_key source_of(place& who) { return (*who).source; }

    /// Whether the peer's source is shut out: it may have had other connections when that began.
    [[nodiscard]] bool is_shut_out(place&, time_point now) const;

    /// Whether there are more peers in their handshakes than there may be in all.
    [[nodiscard]] bool has_too_many_handshakes() const;

    /// Number of connections that enter() took, and of those of them that have gone.
    [[nodiscard]] std::uint64_t entered() const { return entered_; }

    [[nodiscard]] std::uint64_t gone() const { return gone_; }

    /// Number of peers that have a place and came by enter().
    [[nodiscard]] std::size_t present() const;

    struct table_numbers {
        std::size_t rows = 0;
        std::uint64_t forgotten = 0; ///< sources, for new ones
        std::uint64_t passed = 0;    ///< that got no row, and so had no limits
    };

    /// Of the table of what sources have, and of the one of the IDs that they have tried.
    [[nodiscard]] std::array<table_numbers, 2> tables() const;

    /// Number of peers at this stage.
    [[nodiscard]] std::size_t size(peer_stage s) const { return all_[static_cast<std::size_t>(s)]; }

private:
    friend place;

    void take_back(const counted&);
    void count(const counted&, int change);
    [[nodiscard]] std::optional<limit> admit(counted&, const address&, time_point now);
    [[nodiscard]] bool is_banned(net::source_key, time_point now) const;
    [[nodiscard]] caps caps_of(peer_stage) const;

    limit_options options_;
    std::array<std::size_t, stages> all_{};
    std::size_t made_here_ = 0; ///< peers of without_source()
    std::uint64_t entered_ = 0;
    std::uint64_t gone_ = 0;
    net::source_table<row> sources_;
    net::source_table<guesses> guesses_;
};

} // namespace repeater
