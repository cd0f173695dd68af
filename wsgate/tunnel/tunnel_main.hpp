// `wsgate tunnel` as a process.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

namespace wsgate {

/// Whether the first word is `tunnel`, or we are called by the name of Help-Channel's tunnel
/// program.
[[nodiscard]] bool is_tunnel(int argc, const char* const* argv);

/// Runs until the tunnel ends; returns the exit code.
[[nodiscard]] int run_tunnel(int argc, const char* const* argv);

} // namespace wsgate
