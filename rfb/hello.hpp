// The block a peer sends first: an ID (Mode II) or a destination (Mode I). repeater spec 2.3-2.5
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include <cstddef>
#include <span>
#include <variant>
#include <vector>

#include "rfb/destination.hpp"
#include "rfb/repeater_id.hpp"
#include "rfb/side.hpp"

namespace rfb {

/// How text becomes an ID.
enum class id_match {
    word,  ///< "ID:" and the longest run of [A-Za-z0-9_] behind it: the Perl's rule
    exact, ///< "ID:" and the text up to NUL, blank or newline; a ":port" tail is cut off
    raw,   ///< viewer: the whole text, any number of leading "ID:" removed; no Mode I (Help-Channel)
};

struct hello_rules {
    std::size_t size = 250; ///< bytes of the block; 0: whatever the first read brings (<= 1024)
    id_match match = id_match::word;
};

struct hello {
    std::variant<repeater_id, destination> wish;
    /// True where something other than NUL, blank or newline was cut off behind the ID, so that two
    /// different texts may have become the same ID. Worth a warning.
    bool truncated = false;
};

/// Reads one complete block. Only the part before the first NUL counts; padding may hold anything.
/// Errors: bad_id (server side, or raw), empty_destination, bad_destination, port_out_of_range.
[[nodiscard]] result<hello> parse_hello(std::span<const std::byte> block, side, const hello_rules&);

/// Collects the block from any number of reads.
class hello_reader {
public:
    static constexpr std::size_t max_unsized = 1024; ///< bytes taken where rules.size is 0

    explicit hello_reader(const hello_rules& rules);

    /// Takes the next bytes of the stream; returns how many belong to the block. The rest is the
    /// session's and must reach the partner. Precondition: !complete().
    std::size_t feed(std::span<const std::byte>);

    [[nodiscard]] bool complete() const;
    [[nodiscard]] std::span<const std::byte> block() const { return block_; }

private:
    std::size_t size_;
    std::vector<std::byte> block_;
};

} // namespace rfb
