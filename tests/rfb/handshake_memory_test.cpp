// The listener keeps no bytes of a session it has finished with.
// SPDX-License-Identifier: EUPL-1.2
#include "rfb/handshake.hpp"
#include "tests/support/bytes.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <new>

namespace {

long allocations = 0; // that have not been freed; this program has one thread

} // namespace

// NOLINTBEGIN(cppcoreguidelines-no-malloc): these are what new and delete are made of
void* operator new(std::size_t size) {
    ++allocations;
    if (void* const memory = std::malloc(size == 0 ? 1 : size)) {
        return memory;
    }
    throw std::bad_alloc();
}

void operator delete(void* memory) noexcept {
    allocations -= memory != nullptr ? 1 : 0;
    std::free(memory);
}

void operator delete(void* memory, std::size_t) noexcept {
    operator delete(memory);
}

// NOLINTEND(cppcoreguidelines-no-malloc)

namespace {

using namespace support;
using rfb::side;

TEST(HandshakeMemory, IsFreedAtTheEnd) {
    const auto early = padded("RFB 003.008\n", rfb::handshake_reader::max_lead);
    const auto other = "\x16\x03\x01"_bytes;
    const auto before = allocations;
    rfb::handshake_reader reader;
    reader.feed(side::viewer, early);
    EXPECT_GT(allocations, before);
    reader.feed(side::server, other);
    EXPECT_TRUE(reader.done());
    EXPECT_EQ(allocations, before);
    reader.feed(side::viewer, early);
    EXPECT_EQ(allocations, before);
}

} // namespace
