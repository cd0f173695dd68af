// The list of the gateway's tests.
// SPDX-License-Identifier: EUPL-1.2
#include "bench/gate/session.hpp"

#include <iterator>

namespace bench {

std::vector<test> all_tests() {
    std::vector<test> all;
    for (const auto& group :
         {gate_bulk_tests, gate_ping_pong_tests, gate_set_up_tests, gate_tls_tests,
          gate_memory_tests, gate_crowd_tests, gate_integrity_tests}) {
        auto tests = group();
        all.insert(all.end(), std::move_iterator(tests.begin()), std::move_iterator(tests.end()));
    }
    return all;
}

} // namespace bench
