// The records that are the same in every program that another process takes over from.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "service/handover/fields.hpp"

#include <cstdint>
#include <string>

namespace service {

/// What else a program tells has other numbers. Numbers are never used again for something else: a
/// process refuses what it does not know.
enum class handshake : std::uint8_t {
    ready = 1,    ///< successor: it can take over; an `image`
    refusal = 2,  ///< either: it does not, and a text says why
    complete = 8, ///< that was all; nothing has been given up yet
    taken = 9,    ///< successor: it has all of it, and touches nothing
    go = 10       ///< it is the successor's now
};

[[nodiscard]] constexpr std::uint8_t number_of(handshake h) {
    return static_cast<std::uint8_t>(h);
}

/// Which process it is, for a log.
struct image {
    std::string version;
    std::uint64_t pid = 0;
};

/// This process.
[[nodiscard]] image our_image();

void put(field_writer&, const image&);
[[nodiscard]] image image_from(field_reader&);

} // namespace service
