// Interleaved rounds: every test, every subject, in rotating order.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "bench/plan.hpp"
#include "bench/results.hpp"
#include "bench/test.hpp"

#include <string>
#include <vector>

namespace bench {

/// The first subject once more, for the band in which differences are not findings.
[[nodiscard]] std::string again(const std::string& first_subject);

/// Those that the plan names. Errors: std::invalid_argument for a name that no test has.
[[nodiscard]] std::vector<test> chosen_tests(const plan&);

/// The plan's, the first once more, and direct.
[[nodiscard]] std::vector<subject> all_subjects(const plan&);

struct run_outcome {
    bench::results results;
    int rounds = 0;
};

/// Tells its progress on standard error. A slice that fails is a failure in the results, and is not
/// tried again.
[[nodiscard]] run_outcome run(const plan&);

} // namespace bench
