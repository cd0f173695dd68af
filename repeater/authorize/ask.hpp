// Asks a program or a web service a question, and waits for the answer.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "repeater/authorize/answer.hpp"
#include "repeater/events/http_url.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace repeater {

constexpr std::size_t longest_answer = 16384; ///< bytes

/// The program gets the question as a line on standard input; its answer is what it writes to
/// standard output before it ends with status 0. It is killed at `end`. Blocks until then at most.
[[nodiscard]] answer ask_program(const std::vector<std::string>& command,
                                 const std::string& question,
                                 std::chrono::steady_clock::time_point end);

/// A POST; the answer is the body of a 2xx. 403 without a body that is understood refuses. Blocks
/// until `end` at most.
[[nodiscard]] answer ask_service(const http_url& at, const std::string& question,
                                 std::chrono::steady_clock::time_point end);

} // namespace repeater
