// The reserve is given up once, and can be had again.
// SPDX-License-Identifier: EUPL-1.2
#include "net/memory_reserve.hpp"

#include <gtest/gtest.h>

#include <new>
#include <thread>

namespace memory_reserve_test {

/// Does what operator new does where there is no memory.
class MemoryReserve : public testing::Test {
protected:
    MemoryReserve() { net::hold_memory_reserve(); }

    ~MemoryReserve() override { std::set_new_handler(nullptr); }

    static void fail_to_allocate() { std::get_new_handler()(); }
};

TEST_F(MemoryReserve, OneFailureIsMendedTheNextEndsTheProcess) {
    ASSERT_TRUE(net::has_memory_reserve());
    EXPECT_NO_THROW(fail_to_allocate());
    EXPECT_DEATH(fail_to_allocate(), "out of memory");
}

TEST_F(MemoryReserve, IsLeftAloneByWhatMayFail) {
    {
        const net::allocations_may_fail here;
        EXPECT_THROW(fail_to_allocate(), std::bad_alloc);
    }
    EXPECT_NO_THROW(fail_to_allocate());
}

TEST_F(MemoryReserve, IsHadAgainOnceThereIsMemory) {
    EXPECT_NO_THROW(fail_to_allocate());
    EXPECT_TRUE(net::has_memory_reserve());
    EXPECT_NO_THROW(fail_to_allocate());
}

TEST_F(MemoryReserve, ThreadThatComesSecondTriesAgainToo) {
    ASSERT_TRUE(net::has_memory_reserve());
    std::thread other([] { EXPECT_NO_THROW(fail_to_allocate()); });
    other.join();
    EXPECT_NO_THROW(fail_to_allocate());
    EXPECT_DEATH(fail_to_allocate(), "out of memory");
}

} // namespace memory_reserve_test
