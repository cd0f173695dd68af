// Records of what moves, as one process writes them and the next one reads them.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "repeater/events/meter.hpp"
#include "repeater/events/outputs.hpp"
#include "repeater/handover/moved.hpp"
#include "rfb/side.hpp"
#include "service/handover/steps.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace repeater {

/// Beside service::handshake, whose numbers are left out here.
enum class record_kind : std::uint8_t {
    listener = 3,   ///< a listening socket; fields of `moved_listener`
    waiter,         ///< a peer that waits, and its socket
    counts,         ///< fields of `moved_counts`
    outputs,        ///< fields of `outputs::position`
    undelivered,    ///< an event that an output has not got; fields of `outputs::queued`
    pair = 11,      ///< a live pair, and its two sockets
    kept,           ///< bytes of the next pair that its record has no room for
    pairs_sent,     ///< the end of a portion of pairs
    pairs_taken,    ///< successor: it has them, and touches nothing
    pairs_go,       ///< they are the successor's now
    guest,          ///< a peer that has said hello to us, and its socket
    settled,        ///< all pairs have moved that could; fields of `moved_summary`
    told,           ///< an event that happened later, for the outputs; a JSON text
    over,           ///< nothing more comes; fields of `moved_counts`, of what was counted since
    no_longer,      ///< child to keeper: a peer waits no more; its number
    not_listening,  ///< child to keeper: a listener is closed; fields of `moved_listener`
    serves,         ///< child to keeper: it serves, after all that was held has been taken
    stops,          ///< child to keeper: it takes no newcomers any more
    wants_upgrade,  ///< child to keeper: it was asked to be replaced
    successor,      ///< keeper to child: the socket that leads to its successor
    has_moved,      ///< child to keeper: the successor has all that waits
    upgrade_failed, ///< child to keeper: it goes on itself
    alive           ///< child to keeper: all its threads work
};

[[nodiscard]] constexpr std::uint8_t number_of(record_kind k) {
    return static_cast<std::uint8_t>(k);
}

struct moved_listener {
    enum class use : std::uint8_t { viewers, servers, operators };

    use for_whom{};
    std::string name; ///< "203.0.113.9:5900", or "unix:/PATH"

    // clang-tidy 14 takes the 0 that <=> is compared with for a pointer.
    // NOLINTNEXTLINE(modernize-use-nullptr)
    friend auto operator<=>(const moved_listener&, const moved_listener&) = default;
};

/// Of a listener where peers of this side connect.
[[nodiscard]] constexpr moved_listener::use use_of(rfb::side s) {
    return s == rfb::side::viewer ? moved_listener::use::viewers : moved_listener::use::servers;
}

/// What was counted so far.
struct moved_counts {
    std::uint64_t last_number = 0; ///< of a session
    std::uint64_t closed = 0;      ///< peers that came and have gone
    std::uint64_t probes = 0;
    std::uint64_t handed_over = 0;
    std::array<std::uint64_t, 2> bytes{}; ///< from viewers, from servers
    event_counts events;
};

/// What has moved, for a log.
struct moved_summary {
    service::image from;
    std::uint64_t waiting = 0;
    std::uint64_t pairs = 0;
    std::uint64_t kept = 0; ///< pairs that the old process carries to their end
};

[[nodiscard]] std::vector<std::byte> fields_of(const moved_listener&);
[[nodiscard]] std::vector<std::byte> fields_of(const moved_waiter&);
[[nodiscard]] std::vector<std::byte> fields_of(const moved_guest&);
/// Without the bytes that are kept, which go before it (record_kind::kept).
[[nodiscard]] std::vector<std::byte> fields_of(const moved_pair&);
[[nodiscard]] std::vector<std::byte> fields_of(const moved_counts&);
[[nodiscard]] std::vector<std::byte> fields_of(const moved_summary&);
[[nodiscard]] std::vector<std::byte> fields_of(const outputs::position&);
[[nodiscard]] std::vector<std::byte> fields_of(const outputs::queued&);
[[nodiscard]] std::vector<std::byte> fields_of(session_number);
[[nodiscard]] std::vector<std::byte> fields_of(std::string_view text);

/// Nothing where the fields are not those of such a record.
template <class T>
[[nodiscard]] std::optional<T> read(std::span<const std::byte> fields) = delete;
template <>
[[nodiscard]] std::optional<moved_listener> read(std::span<const std::byte>);
template <>
[[nodiscard]] std::optional<moved_waiter> read(std::span<const std::byte>);
template <>
[[nodiscard]] std::optional<moved_guest> read(std::span<const std::byte>);
template <>
[[nodiscard]] std::optional<moved_pair> read(std::span<const std::byte>);
template <>
[[nodiscard]] std::optional<moved_counts> read(std::span<const std::byte>);
template <>
[[nodiscard]] std::optional<moved_summary> read(std::span<const std::byte>);
template <>
[[nodiscard]] std::optional<outputs::position> read(std::span<const std::byte>);
template <>
[[nodiscard]] std::optional<outputs::queued> read(std::span<const std::byte>);
template <>
[[nodiscard]] std::optional<session_number> read(std::span<const std::byte>);
template <>
[[nodiscard]] std::optional<std::string> read(std::span<const std::byte>);

} // namespace repeater
