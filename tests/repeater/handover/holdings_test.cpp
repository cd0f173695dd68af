// What a keeper holds: the last word of a child counts, and nonsense does not.
// SPDX-License-Identifier: EUPL-1.2
#include "repeater/handover/holdings.hpp"
#include "tests/support/bytes.hpp"

#include <gtest/gtest.h>

#include <fcntl.h>
#include <string>
#include <unistd.h>
#include <vector>

namespace holdings_test {

namespace {

using namespace repeater;

service::record of(record_kind kind, std::vector<std::byte> fields, int descriptors = 0) {
    service::record r{number_of(kind), std::move(fields), {}};
    for (int i = 0; i < descriptors; ++i) {
        r.descriptors.emplace_back(::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0));
    }
    return r;
}

service::record waiter(std::uint64_t number, std::string_view id) {
    const peer_name name{session_number{number}, rfb::side::server, {}, {}};
    return of(record_kind::waiter,
              fields_of(moved_waiter{name, rfb::repeater_id::make(id).value()}), 1);
}

service::record listener(record_kind kind, const char* name) {
    return of(kind, fields_of(moved_listener{moved_listener::use::viewers, name}),
              kind == record_kind::listener ? 1 : 0);
}

/// "L" for each listener, and the IDs of who waits.
std::string told(const holdings& all) {
    std::string text;
    all.tell([&text](record_kind kind, std::span<const std::byte> fields, int descriptor) {
        EXPECT_GE(::fcntl(descriptor, F_GETFD), 0) << "it is open";
        text += kind == record_kind::listener ? "L" : " " + read<moved_waiter>(fields)->id.text();
    });
    return text;
}

} // namespace

TEST(Holdings, AreTheListenersAndWhoWaits) {
    holdings all;
    EXPECT_TRUE(all.apply(waiter(2, "two")));
    EXPECT_TRUE(all.apply(listener(record_kind::listener, "127.0.0.1:5900")));
    EXPECT_TRUE(all.apply(waiter(1, "one")));
    EXPECT_EQ(told(all), "L one two");
    EXPECT_TRUE(all.apply(of(record_kind::no_longer, fields_of(session_number{1}))));
    EXPECT_TRUE(all.apply(listener(record_kind::not_listening, "127.0.0.1:5900")));
    EXPECT_EQ(told(all), " two");
    all.let_waiters_go();
    EXPECT_EQ(told(all), "");
}

TEST(Holdings, TheSameThingIsHeldOnce) {
    holdings all;
    EXPECT_TRUE(all.apply(waiter(1, "one")));
    const int before = ::dup(STDIN_FILENO);
    ::close(before);
    EXPECT_TRUE(all.apply(waiter(1, "one")));
    EXPECT_EQ(all.waiters(), 1U);
    const int after = ::dup(STDIN_FILENO);
    ::close(after);
    EXPECT_LE(after, before) << "the socket that was held before is closed";
}

TEST(Holdings, WhatCannotBeReadIsThrownAway) {
    holdings all;
    EXPECT_TRUE(all.apply(of(record_kind::waiter, {}, 0))) << "no socket";
    EXPECT_TRUE(all.apply(of(record_kind::waiter, support::bytes_of("1"), 1)));
    EXPECT_TRUE(all.apply(of(record_kind::listener, support::bytes_of("1"), 1)));
    EXPECT_TRUE(all.apply(of(record_kind::no_longer, fields_of(session_number{9}))));
    EXPECT_EQ(told(all), "");
    EXPECT_FALSE(all.apply(of(record_kind::serves, {})));
}

} // namespace holdings_test
