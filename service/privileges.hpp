// Gives up root's rights.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include <string>
#include <sys/types.h>
#include <vector>

namespace service {

/// A user and a group that a process can run as.
struct identity {
    std::string text; ///< how it was asked for
    std::string name; ///< the user's; empty: none is known
    uid_t user = 0;
    gid_t group = 0;
    bool group_named = false;  ///< it was asked for
    std::vector<gid_t> groups; ///< all of them; empty: no further ones
};

/// Looks for "USER" or "USER:GROUP", each a name or a number. Without GROUP it is the user's own;
/// the further groups are the user's. A number need not be listed anywhere: then the group has the
/// same number, and there are no further ones. Throws std::runtime_error.
[[nodiscard]] identity find_identity(const std::string& text);

/// Makes this process run so, in all of its threads. Throws std::runtime_error where that is
/// impossible or can be undone. Does nothing where it runs so already.
void become(const identity&);

/// Gives up all capabilities of this thread, and with them what makes root more than the owner of
/// root's files; threads that it starts have none either. Root's programs cannot get them back, nor
/// does a set-user-ID program get any. Throws std::runtime_error where they cannot be given up, or
/// where there are other threads, which would keep theirs.
void give_up_capabilities();

} // namespace service
