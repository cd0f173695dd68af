// What a process says when it has to end at once.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include <string_view>

namespace service {

/// From now on an exception that nobody catches, on any thread, is said on standard error, as
/// "`program`: error: WHY; it ends", and ends the process with exit code 1. `program` must be a
/// literal. To be called before all else.
void prepare_last_words(const char* program);

/// Says so, and ends the process with exit code 1: nothing is unwound, joined or flushed, so that
/// nothing can keep it from ending. Allocates nothing. Waits at most a second for whoever reads
/// standard error.
[[noreturn]] void end_with(std::string_view why) noexcept;

} // namespace service
