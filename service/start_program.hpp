// Starts another program in a process of its own, from a process with many threads.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include <optional>
#include <span>
#include <string>
#include <sys/types.h>
#include <vector>

namespace service {

/// The number that the first descriptor gets which a program is passed; the others follow.
inline constexpr int first_passed = 3;

/// The program inherits nothing that is special about us, beside what is said here: no descriptor,
/// no blocked or ignored signal, no raised limit.
struct program_to_start {
    std::string path{};                   ///< empty: the first argument, looked for in PATH
    std::vector<std::string> arguments{}; ///< the program's name first
    std::optional<std::vector<std::string>> environment{}; ///< "NAME=value"; nothing: ours
    std::optional<int> standard_input{};                   ///< nothing: ours
    std::optional<int> standard_output{};                  ///< nothing: ours; -1: closed
    std::span<const int> passed{}; ///< become its descriptors first_passed and so on
    bool leads_a_group = false;    ///< of processes
};

/// Returns the number of the process, or errno as a negative number where it cannot be started.
[[nodiscard]] pid_t start_program(const program_to_start&);

} // namespace service
