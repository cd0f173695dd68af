// Records of what moves, as one process writes them and the next one reads them.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "service/handover/steps.hpp"
#include "wsgate/handover/moved.hpp"
#include "wsgate/tls/ticket_ring.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace wsgate {

/// Beside service::handshake, whose numbers are left out here. Numbers are never used again for
/// something else.
enum class record_kind : std::uint8_t {
    listener = 32,  ///< a listening socket; a `moved_listener`
    ticket_key,     ///< a `ticket_ring::aged_key`, the newest first
    accepted,       ///< how many connections there have been; a number
    counts,         ///< numbers of `metrics`; a `moved_numbers`
    kept_to_tcp,    ///< bytes of the next session that its record has no room for
    kept_to_client, ///< the same
    session,        ///< a live session, its client's socket and, where it is dialled, its target's
    sessions_sent,  ///< the end of a portion of sessions
    sessions_taken, ///< successor: it has them, and touches nothing
    sessions_go,    ///< they are the successor's now; since when they have stood still
    settled         ///< all sessions have moved that could; a `moved_summary`
};

[[nodiscard]] constexpr std::uint8_t number_of(record_kind k) {
    return static_cast<std::uint8_t>(k);
}

struct moved_listener {
    enum class use : std::uint8_t {
        clients,
        operators,
        managers /**< a service manager opened it */
    };

    use for_whom{};
    std::string name; ///< "203.0.113.9:443", or "unix:/PATH"; a manager's is what it calls it
};

/// What has moved, for a log.
struct moved_summary {
    service::image from;
    std::uint64_t sessions = 0;
    std::uint64_t kept = 0; ///< connections that the old process carries to their end
};

struct moved_numbers {
    std::string route; ///< empty: of none
    std::vector<std::uint64_t> numbers;
};

[[nodiscard]] std::vector<std::byte> fields_of(const moved_listener&);
[[nodiscard]] std::vector<std::byte> fields_of(const ticket_ring::aged_key&);
/// Without the bytes that are kept, which go before it.
[[nodiscard]] std::vector<std::byte> fields_of(const moved_session&);
[[nodiscard]] std::vector<std::byte> fields_of(const moved_summary&);
[[nodiscard]] std::vector<std::byte> fields_of(const moved_numbers&);

/// Nothing where the fields are not those of such a record.
template <class T>
[[nodiscard]] std::optional<T> read(std::span<const std::byte> fields) = delete;
template <>
[[nodiscard]] std::optional<moved_listener> read(std::span<const std::byte>);
template <>
[[nodiscard]] std::optional<ticket_ring::aged_key> read(std::span<const std::byte>);
template <>
[[nodiscard]] std::optional<moved_session> read(std::span<const std::byte>);
template <>
[[nodiscard]] std::optional<moved_summary> read(std::span<const std::byte>);
template <>
[[nodiscard]] std::optional<moved_numbers> read(std::span<const std::byte>);

} // namespace wsgate
