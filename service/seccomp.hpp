// Keeps our process from system calls that only an intruder would make.               seccomp(2)
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include <optional>
#include <string>

namespace service {

/// From now on the system kills this process, with all its threads, when it starts another process
/// or program, looks into one, mounts, loads code into the kernel, or changes clocks, names or
/// rights of the machine. New processes are known by clone(2) without CLONE_THREAD. Rights and
/// owners of files cannot be changed, nor sockets made but Unix, IPv4, IPv6 and netlink ones.
/// Threads can still be started. Returns why not, where the system cannot do that.
[[nodiscard]] std::optional<std::string> forbid_system_calls();

} // namespace service
