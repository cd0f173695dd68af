// A process that is bound to one core counts one.
// SPDX-License-Identifier: EUPL-1.2
#include "service/cores.hpp"

#include <gtest/gtest.h>

#include <sched.h>
#include <thread>

namespace cores_test {

TEST(Cores, AreThoseThatTheThreadMayRunOn) {
    cpu_set_t before;
    ASSERT_EQ(::sched_getaffinity(0, sizeof before, &before), 0);
    EXPECT_EQ(service::cores(), static_cast<std::size_t>(CPU_COUNT(&before)));
    std::thread([] { // whose affinity is its own
        cpu_set_t one;
        CPU_ZERO(&one);
        CPU_SET(static_cast<std::size_t>(::sched_getcpu()), &one);
        ASSERT_EQ(::sched_setaffinity(0, sizeof one, &one), 0);
        EXPECT_EQ(service::cores(), 1U);
    })
        .join();
}

} // namespace cores_test
