// Gives up root's rights.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include <string>

namespace service {

/// Makes this process, in all of its threads, run as the user, with the user's groups and no
/// others. Throws std::runtime_error where that is impossible or can be undone.
void become_user(const std::string& name);

} // namespace service
