// Each exchange is a row of parts: who sends it, how its head tells its length.
// SPDX-License-Identifier: EUPL-1.2
#include "rfb/security_exchange.hpp"

#include "rfb/bytes.hpp"
#include "rfb/side.hpp"

#include <algorithm>
#include <array>
#include <numeric>
#include <span>

namespace rfb {

namespace {

using kind = security_exchange::kind;

/// How the head of a part says how many bytes follow.
enum class head {
    none,           ///< as many as the row says
    u8,             ///< so many more
    u16,            ///< the same
    u32_le,         ///< the same, the lowest byte first
    two_u8,         ///< two texts
    two_u32,        ///< the same
    key_bits,       ///< a modulus and an exponent of so many bits
    group,          ///< a generator; the size of the prime and of the public value behind it
    as_large_again, ///< without a head: another such value
};

struct part {
    side from;
    head begins;
    std::uint32_t more = 0; ///< bytes beside those that the head tells
};

constexpr std::uint32_t mac_size = 16;
constexpr std::uint32_t challenge_size = 16;

// Larger ones are a surprise. A credential of 4 KiB is beyond all viewers.
constexpr std::uint32_t least_key_bits = 1024;
constexpr std::uint32_t most_key_bits = 8192;
constexpr std::uint32_t longest_text = 4096;
constexpr std::uint32_t largest_group = 4096;

using enum side;

constexpr auto vnc_auth = std::to_array<part>(
    {{server, head::none, challenge_size}, {viewer, head::none, challenge_size}});
// Keys, encrypted random numbers, hashes of all that, the kind of credentials, these themselves.
constexpr auto key_pairs = std::to_array<part>({{server, head::key_bits},
                                                {viewer, head::key_bits},
                                                {server, head::u16},
                                                {viewer, head::u16},
                                                {server, head::u16, mac_size},
                                                {viewer, head::u16, mac_size},
                                                {server, head::u16, mac_size},
                                                {viewer, head::u16, mac_size}});
constexpr auto xvp_login = std::to_array<part>({{viewer, head::two_u8},
                                                {server, head::none, challenge_size},
                                                {viewer, head::none, challenge_size}});
constexpr auto diffie_hellman =
    std::to_array<part>({{server, head::group}, {viewer, head::as_large_again, 128}});
constexpr auto ms_logon_2 =
    std::to_array<part>({{server, head::none, 3 * 8}, {viewer, head::none, 8 + 256 + 64}});
constexpr auto ms_logon_3 =
    std::to_array<part>({{server, head::none, 32}, {viewer, head::none, 32 + 256 + 64}});
constexpr auto prompt = std::to_array<part>({{server, head::u32_le}, {viewer, head::none, 4}});
constexpr auto client_text = std::to_array<part>({{viewer, head::u8}});
constexpr auto name_and_password = std::to_array<part>({{viewer, head::two_u32}});

std::span<const part> parts_of(kind k) {
    switch (k) {
    case kind::nothing:
        return {};
    case kind::vnc_auth:
        return vnc_auth;
    case kind::key_pairs:
        return key_pairs;
    case kind::xvp:
        return xvp_login;
    case kind::diffie_hellman:
        return diffie_hellman;
    case kind::ms_logon_2:
        return ms_logon_2;
    case kind::ms_logon_3:
        return ms_logon_3;
    case kind::prompt:
        return prompt;
    case kind::client_text:
        return client_text;
    case kind::name_and_password:
        return name_and_password;
    }
    return {};
}

struct type_row {
    std::uint8_t type;
    security_exchange::kind follows;
};

constexpr auto types = std::to_array<type_row>({{2, kind::vnc_auth},
                                                {6, kind::key_pairs},
                                                {17, kind::nothing},
                                                {22, kind::xvp},
                                                {30, kind::diffie_hellman},
                                                {104, kind::prompt},
                                                {105, kind::nothing},
                                                {113, kind::ms_logon_2},
                                                {116, kind::client_text},
                                                {118, kind::ms_logon_3},
                                                {130, kind::key_pairs}});

std::uint32_t from_little_endian(std::span<const std::byte> four) {
    return std::accumulate(four.rbegin(), four.rend(), std::uint32_t{0},
                           [](std::uint32_t value, std::byte b) {
                               return value << 8U | std::to_integer<std::uint32_t>(b);
                           });
}

/// What a head says: bytes that follow it; nothing where more of it must come first.
struct told {
    std::uint32_t size = 0;
    bool is_sound = true;
};

told up_to(std::uint32_t most, std::uint32_t size) {
    return {size, size <= most};
}

std::optional<told> read_two(std::optional<std::uint32_t> first,
                             std::optional<std::uint32_t> second) {
    if (!first || !second) {
        return std::nullopt;
    }
    return told{*first + *second, *first <= longest_text && *second <= longest_text};
}

/// `large` is what a group has set for the part after it.
std::optional<told> read_head(head how, byte_reader& in, std::uint32_t& large) {
    switch (how) {
    case head::none:
        return told{};
    case head::as_large_again:
        return told{large};
    case head::u8:
        if (const auto size = in.u8()) {
            return told{*size};
        }
        return std::nullopt;
    case head::u16:
        if (const auto size = in.u16()) {
            return told{*size};
        }
        return std::nullopt;
    case head::u32_le:
        if (const auto size = in.take(4)) {
            return up_to(longest_text, from_little_endian(*size));
        }
        return std::nullopt;
    case head::two_u8: {
        const auto first = in.u8();
        return read_two(first, in.u8());
    }
    case head::two_u32: {
        const auto first = in.u32();
        return read_two(first, in.u32());
    }
    case head::key_bits:
        if (const auto bits = in.u32()) {
            return told{2 * ((*bits + 7) / 8), *bits >= least_key_bits && *bits <= most_key_bits};
        }
        return std::nullopt;
    case head::group: {
        const auto generator = in.u16();
        const auto size = in.u16();
        if (!generator || !size) {
            return std::nullopt;
        }
        large = *size;
        return up_to(2 * largest_group, 2 * large);
    }
    }
    return told{0, false};
}

} // namespace

std::optional<security_exchange> security_exchange::of_type(std::uint8_t type) {
    const auto* const row =
        std::find_if(types.begin(), types.end(), [type](const auto& r) { return r.type == type; });
    return row == types.end() ? std::nullopt : std::optional<security_exchange>{row->follows};
}

security_exchange::outcome security_exchange::read(std::vector<std::byte>& from_viewer,
                                                   std::vector<std::byte>& from_server) {
    for (const auto parts = parts_of(kind_); part_ < parts.size(); ++part_) {
        const auto& now = parts[part_];
        auto& bytes = now.from == side::viewer ? from_viewer : from_server;
        if (!left_) {
            byte_reader in(bytes);
            const auto says = read_head(now.begins, in, size_);
            if (!says) {
                return outcome::needs_more;
            }
            if (!says->is_sound) {
                return outcome::surprise;
            }
            bytes.erase(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(in.consumed()));
            left_ = says->size + now.more;
        }
        const auto taken = std::min<std::size_t>(*left_, bytes.size());
        bytes.erase(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(taken));
        *left_ -= static_cast<std::uint32_t>(taken);
        if (*left_ > 0) {
            return outcome::needs_more;
        }
        left_.reset();
    }
    return outcome::over;
}

security_exchange::state security_exchange::save() const {
    return {static_cast<std::uint8_t>(kind_), part_, left_ ? *left_ + 1 : 0, size_};
}

std::optional<security_exchange> security_exchange::restore(const state& s) {
    if (s.kind > static_cast<std::uint8_t>(kind::name_and_password) || s.size > 2 * largest_group) {
        return std::nullopt;
    }
    security_exchange made(static_cast<kind>(s.kind));
    if (s.part > parts_of(made.kind_).size()) {
        return std::nullopt;
    }
    made.part_ = s.part;
    made.size_ = s.size;
    if (s.left > 0) {
        made.left_ = s.left - 1;
    }
    return made;
}

} // namespace rfb
