// CPU time and memory of all processes of one session id, as /proc tells them.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include <chrono>
#include <cstddef>
#include <sys/types.h>
#include <vector>

namespace bench {

/// A forked relay may have left its parent, but not its session.
class process_tree {
public:
    explicit process_tree(pid_t session) : session_(session) {}

    /// Used so far, by threads and children that have ended too where somebody waited for them.
    [[nodiscard]] std::chrono::duration<double> cpu() const;

    /// Proportional set size: shared pages count once.
    [[nodiscard]] double pss_kib() const;

    /// The most descriptors that each may have open from now on.
    void limit_descriptors(std::size_t) const;

    /// The leader has ended, which a relay that stays in the foreground does not do.
    [[nodiscard]] bool leader_has_ended() const;

    /// Kills (KILL) and reaps until none is left, for at most ten seconds. The session's leader is
    /// our own child, so its number cannot have gone to a stranger.
    void end() const;

private:
    [[nodiscard]] std::vector<pid_t> members() const;

    pid_t session_;
};

/// Ends every child of ours and its session: a subject must not outlive us.
void end_all_children();

} // namespace bench
