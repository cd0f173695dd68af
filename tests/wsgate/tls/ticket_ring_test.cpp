// When ticket keys come, and when they go.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/tls/ticket_ring.hpp"

#include <gtest/gtest.h>

namespace ticket_ring_test {

namespace {

using wsgate::ticket_ring;
using namespace std::chrono_literals;

const ticket_ring::clock::time_point start{std::chrono::hours{1000}};

} // namespace

TEST(TicketRing, KeepsItsKeyForAPeriod) {
    ticket_ring ring;
    const auto first = ring.newest(start);
    ASSERT_TRUE(first);
    EXPECT_EQ(ring.newest(start + ticket_ring::period - 1s), first);
    const auto second = ring.newest(start + ticket_ring::period);
    ASSERT_TRUE(second);
    EXPECT_NE(second->name, first->name);
    EXPECT_NE(second->cipher, first->cipher);
    EXPECT_NE(second->mac, first->mac);
}

TEST(TicketRing, OpensWithOldKeysAndAsksForNewTickets) {
    ticket_ring ring;
    const auto key = *ring.newest(start);
    const auto at = [&](auto when) { return ring.find(key.name, start + when); };
    ASSERT_TRUE(at(0s));
    EXPECT_EQ(at(0s)->key, key);
    EXPECT_TRUE(at(ticket_ring::period - 1s)->is_newest);
    EXPECT_FALSE(at(ticket_ring::period)->is_newest); // even where nobody has asked for a new one
    (void)ring.newest(start + ticket_ring::period);
    (void)ring.newest(start + 2 * ticket_ring::period);
    EXPECT_FALSE(at(3 * ticket_ring::period - 1s)->is_newest);
    EXPECT_FALSE(at(3 * ticket_ring::period));
}

// Another thread may have made the key after this one has looked at the clock.
TEST(TicketRing, KeepsAKeyThatIsYoungerThanNow) {
    ticket_ring ring;
    const auto key = *ring.newest(start);
    ASSERT_TRUE(ring.find(key.name, start - 1us));
    EXPECT_EQ(ring.newest(start - 1us), key);
}

TEST(TicketRing, KnowsNoOtherNames) {
    ticket_ring ring;
    auto name = ring.newest(start)->name;
    name.back() ^= 1U;
    EXPECT_FALSE(ring.find(name, start));
    EXPECT_FALSE(ring.find({}, start));
}

TEST(TicketRing, RingsDiffer) {
    ticket_ring one;
    ticket_ring other;
    EXPECT_NE(one.newest(start), other.newest(start));
}

} // namespace ticket_ring_test
