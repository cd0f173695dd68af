// Runs rounds; each has every test with every subject, in an order that rotates.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "bench/plan.hpp"
#include "bench/results.hpp"
#include "bench/test.hpp"

#include <string>
#include <vector>

namespace bench {

/// The name of the first subject when it is measured a second time. The difference between both
/// says how large a difference must be to mean anything.
[[nodiscard]] std::string again(const std::string& first_subject);

/// The tests that the plan names. Errors: std::invalid_argument for a name that no test has.
[[nodiscard]] std::vector<test> chosen_tests(const plan&);

/// The subjects of the plan, the first one once more, and the direct one.
[[nodiscard]] std::vector<subject> all_subjects(const plan&);

struct run_outcome {
    bench::results results;
    int rounds = 0;
};

/// Makes the run; prints its progress to standard error. A slice that fails is a failure in the
/// results, and is not tried again.
[[nodiscard]] run_outcome run(const plan&);

} // namespace bench
