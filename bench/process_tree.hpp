// CPU time and memory of all processes of one session, from /proc.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include <chrono>
#include <cstddef>
#include <sys/types.h>
#include <vector>

namespace bench {

/// Goes by session, since a relay that forks may have left its parent, but not its session.
class process_tree {
public:
    explicit process_tree(pid_t session) : session_(session) {}

    /// CPU time used so far, also by threads that have ended, and by children that have ended and
    /// were waited for.
    [[nodiscard]] std::chrono::duration<double> cpu() const;

    /// Memory as the proportional set size, in which shared pages count once.
    [[nodiscard]] double pss_kib() const;

    /// Sets how many descriptors each process may have open from now on.
    void limit_descriptors(std::size_t) const;

    /// Whether the session's leader has ended, which a subject that stays in the foreground does
    /// not.
    [[nodiscard]] bool leader_has_ended() const;

    /// Sends KILL to all and reaps them until none is left, for at most ten seconds. The session's
    /// leader is our own child, so no other process can have got its number.
    void end() const;

private:
    [[nodiscard]] std::vector<pid_t> members() const;

    pid_t session_;
};

/// Ends every child of ours and its session: a subject must not outlive us.
void end_all_children();

} // namespace bench
