// A parent process that keeps a repeater running, and holds what must outlive it.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/message_socket.hpp"
#include "repeater/events/event.hpp"
#include "repeater/options/config.hpp"
#include "service/handover/image.hpp"

#include <functional>

namespace repeater {

/// What the child process does: its exit code. By the socket it tells its keeper what is to be held
/// (keeper_link), and learns at first what is held already.
using supervised = std::function<int(net::message_socket keeper)>;

/// Tells the log one event. Where that takes nothing, goes on: the log lives for this call alone,
/// since fork(2) wants no other threads.
void tell(const config&, const any_event&);

/// Has one thread, reads nothing from the network, and relays nothing. It holds the listeners, and
/// of each peer that waits the socket with a record, as long as the child says so: when the child
/// crashes, the next one gets them. Returns the exit code once TERM or INT has ended it.
[[nodiscard]] int keep(const config&, const service::image_to_start&, const supervised&);

} // namespace repeater
