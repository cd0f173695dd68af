// The commands of repeater-id: keygen, make and check.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "service/early_exit.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace repeater {

/// Runs a command line, without the program's own name. `now`: seconds since 1970. `read_line`
/// gives the ID that is to be checked where the command line has none. The result says what to
/// print. Exit codes: 0; 1 for an ID that is not good; 64 for a wrong command line; 78 where a file
/// of keys cannot be used. Throws std::runtime_error where OpenSSL fails.
[[nodiscard]] service::early_exit run_id_command(const std::vector<std::string>& words,
                                                 std::uint64_t now,
                                                 const std::function<std::string()>& read_line);

} // namespace repeater
