// The block a peer sends first: an ID (Mode II) or a destination (Mode I). repeater spec 2.3-2.5
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "rfb/destination.hpp"
#include "rfb/repeater_id.hpp"
#include "rfb/side.hpp"

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

namespace rfb {

/// How text becomes an ID. Under each rule any number of "ID:" (in any case) behind the first one
/// is removed, and blanks and newlines at the end are padding.
enum class id_match {
    /// "ID:" and text that begins with one of [A-Za-z0-9_], but for a ":PORT" at its end (and a
    /// server's "+KEY:" and hex digits). The Perl ends the ID at the first other byte; here such
    /// text is an ID as a whole, with its other bytes as in repeater_id's percent_encoded().
    word,
    /// The same for text of visible ASCII alone. Text with a blank inside is refused.
    exact,
    /// [A-Za-z0-9_-], with any number of "ID:" before it; no Mode I (Help-Channel). A server must
    /// send one "ID:", and may add "+KEY:" and hex digits.
    raw,
};

struct hello_rules {
    std::size_t size = 250; ///< bytes of the block; 0: no fixed size, see hello_reader::feed
    id_match match = id_match::word;
    /// UltraVNC rewrites IDs on the viewer's side only: compare without case, without leading
    /// zeros, and a number below 100 as that number + 5900 (repeater spec 8).
    bool uvnc_alias = false;
};

struct hello {
    std::variant<repeater_id, destination> wish;
    /// The digits of a ":PORT" that was cut off behind the ID. Peers of one ID whose ports differ
    /// have not named the same and must not meet.
    std::string port;
    bool key = false; ///< a server's "+KEY:..." was cut off
    /// The text fills its block, without a NUL, blank or newline: it may go on behind it.
    bool unended = false;
};

/// Reads one complete block. Only the part before the first NUL counts; padding may hold anything.
/// A viewer's text that begins with "ID:" is an ID or an error, never a destination.
/// Errors: bad_id; of id_match::exact text_behind_id as well; of a viewer's destination
/// empty_destination, bad_destination and port_out_of_range.
[[nodiscard]] result<hello> parse_hello(std::span<const std::byte> block, side, const hello_rules&);

/// Collects the block from any number of reads.
class hello_reader {
public:
    static constexpr std::size_t max_unsized = 1024; ///< most bytes taken where rules.size is 0

    explicit hello_reader(const hello_rules& rules);

    /// Takes the next bytes of the stream; returns how many belong to the block. The rest is the
    /// session's and must reach the partner. Precondition: !complete().
    ///
    /// With rules.size 0 the first bytes that come complete the block: up to and with the first
    /// newline and the NULs behind it, or the first run of NULs; without either, all of them. In
    /// "ID:q\nRFB 003.008\n" the block is 5 bytes. No bytes at all complete nothing.
    std::size_t feed(std::span<const std::byte>);

    [[nodiscard]] bool complete() const;

    /// How many bytes may be taken from the stream without one that is not the block's; nothing
    /// where that depends on them (rules.size 0). Precondition: !complete().
    [[nodiscard]] std::optional<std::size_t> missing() const;

    /// For a peer that has sent less than rules.size and waits for an answer, as old viewers do:
    /// what has come is the block, provided that a NUL or newline ends its text. Returns what
    /// belongs to the session: an RFB version behind that end. (Other bytes there are padding.)
    /// Nothing where the text may be incomplete.
    [[nodiscard]] std::optional<std::vector<std::byte>> take_short();

    [[nodiscard]] std::span<const std::byte> block() const { return block_; }

private:
    std::size_t size_;
    std::vector<std::byte> block_;
};

} // namespace rfb
