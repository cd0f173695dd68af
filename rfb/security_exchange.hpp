// What both sides say between the choice of a security type and its result, as far as lengths go.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace rfb {

/// Passive: follows an authentication by the lengths in it, and keeps nothing of what is said.
/// Types whose session is encrypted, or whose bytes nobody has published, cannot be followed.
class security_exchange {
public:
    /// By their numbers in a record of another process; new ones come last.
    enum class kind : std::uint8_t {
        nothing,          ///< UltraVNC's layers without bytes
        vnc_auth,         ///< RFC 6143 7.2.2
        key_pairs,        ///< RA2ne: RSA keys, then encrypted credentials
        xvp,              ///< two names, then VncAuth
        diffie_hellman,   ///< Apple's 30
        ms_logon_2,       ///< UltraVNC's 113
        ms_logon_3,       ///< UltraVNC's 118
        prompt,           ///< UltraVNC's 104, and its versions 3.14 to 3.18
        client_text,      ///< UltraVNC's 116, and the text behind its ClientInit
        name_and_password ///< VeNCrypt's Plain, Tight's login
    };

    enum class outcome {
        needs_more,
        over,
        surprise, ///< a length that no program would send
    };

    security_exchange() = default;

    explicit security_exchange(kind k) : kind_(k) {}

    /// The exchange of a type (RFC 6143 7.1.2); nothing where it cannot be followed.
    [[nodiscard]] static std::optional<security_exchange> of_type(std::uint8_t);

    /// Takes what belongs to it off the front of what both have sent.
    [[nodiscard]] outcome read(std::vector<std::byte>& from_viewer,
                               std::vector<std::byte>& from_server);

    /// All that it remembers, for another process to go on from.
    struct state {
        std::uint8_t kind = 0;
        std::uint8_t part = 0;
        std::uint32_t left = 0; ///< bytes of the part that are still to come, and 1; 0: its head is
        std::uint32_t size = 0; ///< that an earlier part has set for a later one

        friend bool operator==(const state&, const state&) = default;
    };

    [[nodiscard]] state save() const;
    /// Nothing where no exchange is ever in that state.
    [[nodiscard]] static std::optional<security_exchange> restore(const state&);

private:
    kind kind_ = kind::nothing;
    std::uint8_t part_ = 0;
    std::optional<std::uint32_t> left_; ///< of the part; nothing: its head has still to be read
    std::uint32_t size_ = 0;
};

} // namespace rfb
