// The list of tests, and what they share.
// SPDX-License-Identifier: EUPL-1.2
#include "bench/test.hpp"

#include <iterator>
#include <stdexcept>

namespace bench {

std::vector<session_ends> all_pairs(const slice& s, std::size_t count) {
    auto pairs = s.subject.make_pairs(count, pairs_limit);
    if (pairs.size() < count) {
        throw std::runtime_error("made only " + std::to_string(pairs.size()) + " of " +
                                 std::to_string(count) + " pairs in " +
                                 std::to_string(pairs_limit.count() / 1000) + " s");
    }
    return pairs;
}

std::vector<test> all_tests() {
    std::vector<test> all;
    for (const auto& group : {bulk_tests, ping_pong_tests, set_up_tests, mixed_tests, memory_tests,
                              stall_tests, crowd_tests, herd_tests, end_tests, integrity_tests}) {
        auto tests = group();
        all.insert(all.end(), std::move_iterator(tests.begin()), std::move_iterator(tests.end()));
    }
    return all;
}

} // namespace bench
