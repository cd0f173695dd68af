// IDs that carry their expiry and a signature, so that nobody can make one up.         security I4
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace repeater {

/// NAME_EXPIRY_SIGNATURE
///   NAME       word characters; both sides meet under it
///   EXPIRY     seconds since 1970, in hexadecimal digits
///   SIGNATURE  26 characters of base32 (RFC 4648, in small letters, 130 bits) of the HMAC-SHA-256
///              under the key over NAME, "|" and EXPIRY
/// Word characters only, which every VNC program passes on. Which side names it does not matter.
struct signed_id {
    std::string name;
    std::uint64_t expiry = 0; ///< seconds since 1970

    friend bool operator==(const signed_id&, const signed_id&) = default;
};

/// With the longest expiry there is still room in the 250 bytes of a hello.
inline constexpr std::size_t longest_signed_name = 200;

/// An ID is good for so long after its expiry, since clocks differ. Seconds.
inline constexpr std::uint64_t clock_skew = 60;

/// Why an ID is not admitted.
enum class id_fault {
    unknown,         ///< not on the list
    not_signed,      ///< not of the form of a signed one
    wrong_signature, ///< by none of the keys
    expired,
};

/// One word each, the same in every log and output.
[[nodiscard]] std::string_view to_string(id_fault);

/// Whether a name can be signed: 1 to longest_signed_name of [A-Za-z0-9_].
[[nodiscard]] bool is_name(std::string_view);

/// As an ID, without "ID:". Precondition: is_name(name).
[[nodiscard]] std::string sign_id(std::string_view key, const signed_id&);

/// `keys`: any of them will do, so that they can be changed one by one. `now`: seconds since 1970.
/// The time that it takes tells nothing about signatures or keys.
[[nodiscard]] std::variant<signed_id, id_fault>
check_signed_id(const std::vector<std::string>& keys, std::string_view id, std::uint64_t now);

} // namespace repeater
