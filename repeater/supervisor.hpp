// -L: a parent process that starts the repeater again whenever it ends.         repeater spec 5.4
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "repeater/keeper.hpp"

namespace repeater {

/// Returns the parent's exit code once TERM or INT has ended it: the child gets TERM and lets its
/// sessions end by themselves. As PID 1 it waits for that, passes further signals on, and INT as
/// what it is. HUP and USR1 are passed on. A child that has served for a moment has a successor at
/// once, otherwise after a pause, which doubles up to 60 s. In the background the launcher returns
/// 0 at once. Call before any thread is started.
[[nodiscard]] int supervise(const config&, const service::image_to_start&, const supervised&);

} // namespace repeater
