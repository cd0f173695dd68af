// The listener keeps no bytes of a session it has finished with.
// SPDX-License-Identifier: EUPL-1.2
#include "rfb/handshake.hpp"
#include "tests/support/allocation_counter.hpp"
#include "tests/support/bytes.hpp"

#include <gtest/gtest.h>

namespace handshake_memory_test {

namespace {

using namespace support;
using rfb::side;

/// Allocations that have not been freed.
std::uint64_t kept() {
    const auto all = own_allocations();
    return all.made - all.freed;
}

} // namespace

TEST(HandshakeMemory, IsFreedAtTheEnd) {
    const auto early = padded("RFB 003.008\n", rfb::handshake_reader::max_lead);
    const auto other = "\x16\x03\x01"_bytes;
    const auto before = kept();
    rfb::handshake_reader reader;
    reader.feed(side::viewer, early);
    EXPECT_GT(kept(), before);
    reader.feed(side::server, other);
    EXPECT_TRUE(reader.done());
    EXPECT_EQ(kept(), before);
    reader.feed(side::viewer, early);
    EXPECT_EQ(kept(), before);
}

} // namespace handshake_memory_test
