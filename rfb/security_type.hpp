// The numbers of security types.                        RFC 6143 7.1.2, its registry, UltraVNC
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include <cstdint>

namespace rfb::security_type {

inline constexpr std::uint8_t none = 1;
inline constexpr std::uint8_t vnc_auth = 2;
inline constexpr std::uint8_t tight = 16;
inline constexpr std::uint8_t ultra = 17;
inline constexpr std::uint8_t vencrypt = 19;
inline constexpr std::uint8_t prompt = 104;
inline constexpr std::uint8_t session_select = 105;
inline constexpr std::uint8_t client_text = 116;
/// In a list, and never chosen: the server reads a text behind ClientInit.
inline constexpr std::uint8_t takes_text = 117;

/// Of VeNCrypt.
inline constexpr std::uint32_t plain = 256;
/// Of Tight.
inline constexpr std::uint32_t unix_login = 129;

} // namespace rfb::security_type
