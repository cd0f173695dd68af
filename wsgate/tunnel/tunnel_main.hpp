// `wsgate tunnel` as a process.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

namespace wsgate {

/// The first word is `tunnel`, or we are called by the name of Help-Channel's tunnel program.
[[nodiscard]] bool is_tunnel(int argc, const char* const* argv);

/// The exit code.
[[nodiscard]] int run_tunnel(int argc, const char* const* argv);

} // namespace wsgate
