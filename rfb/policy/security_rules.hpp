// Which security types a session may have, as the owner of the desktop allows it.  RFC 6143 7.1.2
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace rfb {

/// Types by their numbers, VeNCrypt's subtypes from 256 on. What is chosen inside Tight, VeNCrypt
/// or one of UltraVNC's layers counts, not the container.
struct security_rules {
    std::vector<std::uint32_t> required{}; ///< one of these; empty: any. 0 alone: none at all
    std::vector<std::uint32_t> denied{};

    /// Whether a session may be of this type, chosen inside `container` where there is one.
    [[nodiscard]] bool admits(std::uint32_t type,
                              std::optional<std::uint8_t> container = std::nullopt) const;

    /// Whether a viewer may see this in a server's list: it is admitted, or something inside it may
    /// be.
    [[nodiscard]] bool may_be_offered(std::uint8_t type) const;

    /// Whether a type is admitted whose session can be read.
    [[nodiscard]] bool admits_readable() const;

    [[nodiscard]] bool holds() const { return !required.empty() || !denied.empty(); }

    friend bool operator==(const security_rules&, const security_rules&) = default;
};

/// Admits what both admit.
[[nodiscard]] security_rules both(const security_rules&, const security_rules&);

/// Tight's own login, whose number another type has.
inline constexpr std::uint32_t tight_login = 0x10000U | 129U;

/// The numbers that a word means: "VncAuth", "X509Plain", a number, or "encrypted" for all types
/// that are known to encrypt the session. Letters of any case; nothing where nobody has such.
[[nodiscard]] std::optional<std::vector<std::uint32_t>> parse_security(std::string_view);

} // namespace rfb
