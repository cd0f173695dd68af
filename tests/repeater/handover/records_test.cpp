// What moves from process to process is read as it was written, or not at all.
// SPDX-License-Identifier: EUPL-1.2
#include "repeater/handover/records.hpp"
#include "tests/support/bytes.hpp"
#include "tests/support/record_rows.hpp"

#include <boost/asio/error.hpp>
#include <gtest/gtest.h>

#include <vector>

namespace handover_values_test {

namespace {

using namespace repeater;
using namespace std::chrono_literals;
using support::bytes_of;
using bytes = std::vector<std::byte>;

rfb::repeater_id id(std::string_view text) {
    return rfb::repeater_id::make(text).value();
}

asio::ip::tcp::endpoint at(const char* address, std::uint16_t port) {
    return {asio::ip::make_address(address), port};
}

peer_name name() {
    return {session_number{17}, rfb::side::server, at("2001:db8::7", 4711), "request \1"};
}

rfb::handshake_reader in_the_midst() {
    rfb::handshake_reader reader;
    reader.feed(rfb::side::server, bytes_of("RFB 003.008\n"));
    reader.feed(rfb::side::viewer, bytes_of("RFB 003.007\n"));
    reader.feed(rfb::side::server, bytes_of("\2\1"));
    return reader;
}

moved_pair pair() {
    moved_pair p{session_number{18},
                 rfb::side::viewer,
                 at("203.0.113.9", 1),
                 at("::1", 2),
                 false,
                 rfb::destination{"host", 5901, 1}};
    p.limits = {1s, 2s, 3s, 4s, 5};
    p.began = net::clock::time_point{7ns};
    p.moved_at = net::clock::time_point{8ns};
    p.lingers = true;
    p.first_to_end = rfb::side::server;
    p.flows[0] = {10, 4, {}, std::nullopt, 1, 1000};
    p.flows[1] = {
        5,
        5,
        {},
        event::ended::direction{event::ended::how::write_error, asio::error::connection_reset, 5},
        2,
        2000};
    p.handshake = in_the_midst();
    p.has_insight = true;
    return p;
}

moved_waiter granted_waiter() {
    moved_waiter w{name(), id("desk")};
    w.granted.policy.viewer = {true, false, true, false, true};
    w.granted.policy.security = {{2, 262}, {1}};
    w.granted.policy.is_changeable = true;
    w.granted.limits = {60s, std::nullopt, 2'000'000};
    return w;
}

moved_counts counts() {
    moved_counts c;
    c.last_number = 1;
    c.closed = 2;
    c.probes = 3;
    c.handed_over = 4;
    c.bytes = {5, 6};
    std::uint64_t next = 7;
    for_each_count(c.events, [&next](std::uint64_t& each) { each = next++; });
    return c;
}

template <class T>
support::record_row of(const char* what, const T& value) {
    return {what, fields_of(value), [](std::span<const std::byte> fields) {
                const auto got = read<T>(fields);
                return got ? std::optional{fields_of(*got)} : std::nullopt;
            }};
}

std::vector<support::record_row> rows() {
    return {
        of("listener", moved_listener{moved_listener::use::operators, "unix:/run/x"}),
        of("waiter", moved_waiter{name(), id("desk"), "5900", id("desk_1_x"),
                                  net::clock::time_point{9ns}, bytes_of("early")}),
        of("waiter without much", moved_waiter{name(), id("desk")}),
        of("waiter with a grant", granted_waiter()),
        of("guest", moved_guest{name(), {id("desk"), "5900", true, true}, bytes_of("early")}),
        of("guest of Mode I", moved_guest{name(), {rfb::destination{"host", 5900, {}}, {}}}),
        of("pair", pair()),
        of("counts", counts()),
        of("summary", moved_summary{{"1", 2}, 3, 4, 5}),
        of("outputs", outputs::position{"boot", 12}),
        of("undelivered", outputs::queued{"--event-url", "{}"}),
        of("number", session_number{5}),
        of("text", std::string{"why"}),
    };
}

} // namespace

TEST(HandoverValues, KeepWhatAPeerWasAllowed) {
    const auto there = granted_waiter();
    const auto here = read<moved_waiter>(fields_of(there));
    ASSERT_TRUE(here);
    EXPECT_EQ(here->granted, there.granted);
    EXPECT_EQ(read<moved_waiter>(fields_of(moved_waiter{name(), id("desk")}))->granted, grant{});
}

TEST(HandoverValues, AreReadAsTheyWereWritten) {
    support::expect_read_as_written(rows());
}

TEST(HandoverValues, AreReadAlsoWhereALaterVersionHasMoreFields) {
    support::expect_read_with_more_fields(rows());
}

TEST(HandoverValues, ThatAreCutOrChangedAreReadAsAnotherOrNotAtAll) {
    support::read_cut_and_changed(rows());
}

TEST(HandoverValues, ThatNoProcessWritesAreRefused) {
    auto wrong = pair();
    wrong.flows[0].bytes_written = wrong.flows[0].bytes_read + 1;
    EXPECT_FALSE(read<moved_pair>(fields_of(wrong)));
    wrong = pair();
    wrong.flows[1].ahead = 3;
    EXPECT_FALSE(read<moved_pair>(fields_of(wrong)));
    EXPECT_FALSE(read<moved_waiter>(bytes{})) << "without an ID";
}

TEST(HandoverValues, AHandshakeGoesOnWhereItWas) {
    const auto moved = read<moved_pair>(fields_of(pair()));
    ASSERT_TRUE(moved && moved->handshake);
    auto went_on = *moved->handshake;
    auto stayed = in_the_midst();
    for (auto* const each : {&went_on, &stayed}) {
        each->feed(rfb::side::server, bytes_of("\2"));
        each->feed(rfb::side::viewer, bytes_of("\1\1"));
        bytes init(24, std::byte{0});
        init[1] = std::byte{64};
        each->feed(rfb::side::server, init);
    }
    EXPECT_EQ(went_on.facts(), stayed.facts());
    EXPECT_TRUE(went_on.done());
    EXPECT_EQ(went_on.facts().width, 64);
}

} // namespace handover_values_test
