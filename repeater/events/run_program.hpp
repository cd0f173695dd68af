// Runs a program that gets a text and may answer with one.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace repeater {

struct program_run {
    std::optional<std::string> failure{}; ///< why it did not end with status 0, in a few words
    std::string output{}; ///< at most a few bytes more than were wanted; empty where none were
};

/// Feeds `input` to its standard input, which it need not read, and waits for its end; kills its
/// process group at `end`. `longest_output`: of its standard output, which is thrown away where
/// that is 0. Blocks until `end` at most.
[[nodiscard]] program_run run_program(const std::vector<std::string>& command,
                                      const std::string& input,
                                      std::chrono::steady_clock::time_point end,
                                      std::size_t longest_output = 0);

} // namespace repeater
