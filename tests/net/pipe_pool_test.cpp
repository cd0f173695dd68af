// Pipes are lent up to a number, and come back clean or not at all.
// SPDX-License-Identifier: EUPL-1.2
#include "net/pipe_pool.hpp"

#include <gtest/gtest.h>

#include <unistd.h>

namespace pipe_pool_test {

using net::pipe_pool;

TEST(PipePool, LendsNoMoreThanItMay) {
    pipe_pool pool(2);
    auto first = pool.borrow();
    const auto second = pool.borrow();
    ASSERT_TRUE(first && second);
    EXPECT_FALSE(pool.borrow());
    EXPECT_GE((**first).capacity, pipe_pool::wanted_capacity);
    first.reset();
    EXPECT_EQ(pool.lent(), 1U);
    EXPECT_TRUE(pool.borrow());
    EXPECT_FALSE(pipe_pool(0).borrow());
}

TEST(PipePool, LendsTheSamePipeAgain) {
    pipe_pool pool(1);
    const int before = (**pool.borrow()).read_end.get();
    EXPECT_EQ((**pool.borrow()).read_end.get(), before);
}

TEST(PipePool, APipeWithBytesInItIsNeverLentAgain) {
    pipe_pool pool(1);
    {
        auto dirty = pool.borrow();
        ASSERT_EQ(::write((**dirty).write_end.get(), "x", 1), 1);
        (**dirty).pending = 1;
    }
    auto clean = pool.borrow();
    ASSERT_TRUE(clean);
    char byte = 0;
    EXPECT_EQ(::read((**clean).read_end.get(), &byte, 1), -1) << "empty";
}

} // namespace pipe_pool_test
