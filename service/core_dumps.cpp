// Sets PR_SET_DUMPABLE and RLIMIT_CORE. The former alone would do, but not where
// kernel.core_pattern names a program, which asks for the latter only.
// SPDX-License-Identifier: EUPL-1.2
#include "service/core_dumps.hpp"

#include <optional>
#include <sys/prctl.h>
#include <sys/resource.h>

namespace service {

namespace {

// NOLINTNEXTLINE(*-non-const-global-variables): the limit is the process's own
std::optional<rlimit> core_limit_before; ///< where it was lowered

} // namespace

void allow_core_dumps(bool allowed) {
    (void)::prctl(PR_SET_DUMPABLE, allowed ? 1 : 0, 0, 0, 0); // NOLINT(*-vararg): the system's
    rlimit limit{};
    if (allowed || core_limit_before || ::getrlimit(RLIMIT_CORE, &limit) != 0) {
        return;
    }
    const auto before = limit;
    limit.rlim_cur = 0;
    if (::setrlimit(RLIMIT_CORE, &limit) == 0) {
        core_limit_before = before;
    }
}

void restore_core_limit() {
    if (core_limit_before) {
        (void)::setrlimit(RLIMIT_CORE, &*core_limit_before);
    }
}

} // namespace service
