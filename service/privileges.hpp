// Leaves root's rights behind.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include <string>

namespace service {

/// This process becomes the user, in all of its threads, with the user's groups and nothing else.
/// Throws std::runtime_error where that is impossible or can be undone.
void become_user(const std::string& name);

} // namespace service
