// Rows are found, kept while they are in use, and forgotten in order; they never become too many.
// SPDX-License-Identifier: EUPL-1.2
#include "net/limits/source_table.hpp"
#include "tests/support/allocation_counter.hpp"

#include <gtest/gtest.h>

#include <random>
#include <unordered_map>

namespace source_table_test {

namespace {

using net::source_key;

struct visits {
    std::uint32_t made = 0;
    bool held = false;

    [[nodiscard]] bool is_in_use() const { return held; }
};

using table = net::source_table<visits>;

source_key key(std::uint64_t n) {
    return source_key{n};
}

} // namespace

TEST(SourceKey, IsAnAddressOrANetworkOf64Bits) {
    const auto of = [](const char* address) {
        return net::key_of(net::asio::ip::make_address(address));
    };
    EXPECT_EQ(of("192.0.2.7"), of("::ffff:192.0.2.7"));
    EXPECT_NE(of("192.0.2.7"), of("192.0.2.8"));
    EXPECT_EQ(of("2001:db8:0:1::1"), of("2001:db8:0:1:ffff::2"));
    EXPECT_NE(of("2001:db8:0:1::1"), of("2001:db8:0:2::1"));
    EXPECT_NE(of("::1"), net::key_of(std::nullopt));
    EXPECT_NE(of("0.0.0.0"), of("::1"));
    EXPECT_NE(of("0.0.0.0"), net::key_of(std::nullopt));
}

TEST(SourceTable, KeepsARowForEachSource) {
    table t(4);
    EXPECT_EQ(t.find(key(1)), nullptr);
    t.use(key(1))->made = 7;
    t.use(key(2))->made = 8;
    EXPECT_EQ(t.use(key(1))->made, 7U);
    EXPECT_EQ(t.find(key(2))->made, 8U);
    EXPECT_EQ(t.size(), 2U);
}

TEST(SourceTable, ForgetsTheOneThatWasUsedLongestAgo) {
    table t(2);
    t.use(key(1))->made = 1;
    t.use(key(2))->made = 2;
    EXPECT_EQ(t.use(key(1))->made, 1U);
    EXPECT_EQ(t.use(key(3))->made, 0U) << "a new row is empty";
    EXPECT_EQ(t.find(key(2)), nullptr);
    EXPECT_NE(t.find(key(1)), nullptr);
    EXPECT_EQ(t.size(), 2U);
}

TEST(SourceTable, DoesNotForgetWhatIsInUse) {
    table t(2);
    auto* const first = t.use(key(1));
    first->held = true;
    t.use(key(2))->made = 2;
    for (std::uint64_t n = 3; n < 20; ++n) {
        EXPECT_NE(t.use(key(n)), nullptr);
        EXPECT_EQ(t.find(key(1)), first);
    }
    t.use(key(19))->held = true;
    EXPECT_EQ(t.use(key(20)), nullptr) << "nothing can be forgotten";
    first->held = false;
    EXPECT_EQ(t.use(key(20)), first) << "its place is taken";
}

TEST(SourceTable, AsksForNoMemoryOnceItIsFull) {
    constexpr std::size_t rows = 1000;
    table t(rows);
    for (std::uint64_t n = 0; n < rows; ++n) {
        (void)t.use(key(n));
    }
    const auto before = support::own_allocations().made;
    for (std::uint64_t n = 0; n < 100 * rows; ++n) {
        EXPECT_NE(t.use(key(n * 0x10001)), nullptr);
    }
    EXPECT_EQ(support::own_allocations().made, before);
    EXPECT_EQ(t.size(), rows);
}

TEST(SourceTable, AgreesWithAModel) {
    std::mt19937 random(7); // NOLINT(*-msc51-cpp): the same each time
    table t(50);
    std::unordered_map<std::uint64_t, std::pair<std::uint32_t, int>> model; // value, last use
    for (int now = 0; now < 20'000; ++now) {
        const std::uint64_t n = random() % 80;
        const auto known = model.find(n);
        if (known == model.end() && model.size() == 50) {
            model.erase(std::min_element(model.begin(), model.end(), [](auto& a, auto& b) {
                return a.second.second < b.second.second;
            }));
        }
        auto& expected = model[n];
        auto* const row = t.use(key(n));
        ASSERT_NE(row, nullptr);
        ASSERT_EQ(row->made, expected.first);
        row->made = static_cast<std::uint32_t>(random());
        expected = {row->made, now};
    }
}

} // namespace source_table_test
