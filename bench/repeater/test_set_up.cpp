// How many pairs a second can be made, and how long one waits for its first byte.
// SPDX-License-Identifier: EUPL-1.2
#include "bench/repeater/pair_attempt.hpp"
#include "bench/set_up_tests.hpp"

#include <iterator>

namespace bench {

std::vector<test> set_up_tests() {
    const set_up_shape shape{.key = "set_up", .title = "set-up, 8 in flight", .what = "pair"};
    auto tests = closed_set_up_tests(shape, as_many_as_go<pair_attempt>);
    auto open = open_set_up_tests(shape, at_fixed_times<pair_attempt>);
    std::move(open.begin(), open.end(), std::back_inserter(tests));
    return tests;
}

} // namespace bench
