// Mode I: the host and port that a viewer asks the repeater to dial.       repeater spec 2.5
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "rfb/error.hpp"

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace rfb {

struct destination {
    std::string host;       ///< name, IPv4 or IPv6 literal; no brackets; never empty
    std::uint16_t port = 0; ///< 1..65535, what is dialled
    /// The display number the viewer wrote, where it became port = display + 5900.
    std::optional<std::uint16_t> display;

    friend auto operator<=>(const destination&, const destination&) = default;
};

/// Ports below this are display numbers (RealVNC-style repeaters switch at 100; the Perl at 200).
inline constexpr unsigned first_real_port = 200;
inline constexpr std::uint16_t vnc_base_port = 5900;

/// Reads `host`, `host:display`, `host:port` or `host::port` (always a port); a host is a name, an
/// IPv4 literal or an IPv6 literal, with or without brackets. Without a number the port is 5900.
/// Bare IPv6: the last colon splits off the number if what is before it is an IPv6 literal itself
/// (as in the Perl: `::1:5901` is `::1` port 5901); else the whole text is the address, if it is
/// one. `text` ends before the first NUL; surrounding blanks and newlines are ignored. Errors:
/// empty_destination, bad_destination, port_out_of_range.
[[nodiscard]] result<destination> parse_destination(std::string_view text);

} // namespace rfb
