// -L: a parent process that starts the repeater again whenever it ends.         repeater spec 5.4
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/unique_fd.hpp"
#include "repeater/options/config.hpp"

#include <functional>

namespace repeater {

/// What the child process does: its exit code. It holds the descriptor while it serves; closing it
/// says that it takes no more newcomers, which lets a successor start while live sessions end.
using supervised = std::function<int(net::unique_fd serving)>;

/// Returns the parent's exit code once TERM or INT has ended it: the child gets TERM and lets its
/// sessions end by themselves. As PID 1 it waits for that, passes further signals on, and INT as
/// what it is. HUP, USR1 and USR2 are passed on. Pauses between starts: 1 s, doubling to 60 s where
/// the child served less than 10 s. In the background the launcher returns 0 at once.
/// Call before any thread is started.
[[nodiscard]] int supervise(const config&, const supervised&);

} // namespace repeater
