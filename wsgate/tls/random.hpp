// Random bytes in small amounts, for whatever every session or frame needs.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include <cstddef>
#include <span>

namespace wsgate {

/// Fills `to` with bytes that nobody can predict. OpenSSL takes microseconds and a system call
/// however few bytes it is asked for, so each thread asks for many at a time and keeps the rest.
/// For at most 1024 bytes. Throws std::runtime_error where there is no randomness.
void fill_with_random(std::span<std::byte> to);

} // namespace wsgate
