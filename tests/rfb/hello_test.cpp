// The first block: how it is collected and what it says.                   repeater spec 2.3-2.5, 8
// SPDX-License-Identifier: EUPL-1.2
#include "rfb/hello.hpp"
#include "tests/support/bytes.hpp"

#include <gtest/gtest.h>

#include <string>

namespace hello_test {

using namespace support;
using rfb::id_match;
using rfb::side;

// "id <text>", the same and " port <digits>" or " key", "dial <host> <port>" or the error's name.
std::string describe(const rfb::result<rfb::hello>& said) {
    if (!said) {
        return said.error() == rfb::error::bad_id              ? "bad id"
               : said.error() == rfb::error::text_behind_id    ? "text behind the id"
               : said.error() == rfb::error::empty_destination ? "empty"
               : said.error() == rfb::error::bad_destination   ? "bad destination"
                                                               : said.error().message();
    }
    const std::string tail =
        (said->port.empty() ? "" : " port " + said->port) + (said->key ? " key" : "");
    if (const auto* to = std::get_if<rfb::destination>(&said->wish)) {
        return "dial " + to->host + ' ' + std::to_string(to->port) + tail;
    }
    return "id " + std::get<rfb::repeater_id>(said->wish).text() + tail;
}

std::string parse(const bytes& block, side from, id_match match) {
    return describe(rfb::parse_hello(block, from, {.size = block.size(), .match = match}));
}

struct row {
    bytes start; ///< the block, without its padding
    std::string from_server;
    std::string from_viewer;
    std::string_view why;
};

void check(std::span<const row> rows, id_match match) {
    for (const auto& r : rows) {
        const auto block = padded(text_of(r.start), 250);
        EXPECT_EQ(parse(block, side::server, match), r.from_server)
            << "server, '" << text_of(r.start) << "': " << r.why;
        EXPECT_EQ(parse(block, side::viewer, match), r.from_viewer)
            << "viewer, '" << text_of(r.start) << "': " << r.why;
    }
}

const std::string word_247(247, 'w');

TEST(HelloWord, FollowsTheSpecRowByRow) {
    const row rows[] = {
        {"ID:1234\0"_bytes, "id 1234", "id 1234", ""},
        {"ID:007"_bytes, "id 007", "id 007", "leading zeros matter"},
        {"ID:abc_9"_bytes, "id abc_9", "id abc_9", ""},
        {"ID:a-b"_bytes, "id a-b", "id a-b", "unlike the Perl, does not collide with a-c"},
        {"ID:a-c"_bytes, "id a-c", "id a-c", "unlike the Perl, does not collide with a-b"},
        {"ID:A+B"_bytes, "id A+B", "id A+B", "unlike the Perl"},
        {"ID:a.b"_bytes, "id a.b", "id a.b", "unlike the Perl"},
        {"ID:a\xe9"_bytes, "id a%e9", "id a%e9", "unlike the Perl, does not collide with a\\xe8"},
        {"ID:m\xc3\xbcller"_bytes, "id m%c3%bcller", "id m%c3%bcller", "UTF-8"},
        {"ID:desk one"_bytes, "id desk%20one", "id desk%20one", "must not meet desk two"},
        {"ID:desk%20one"_bytes, "id desk%2520one", "id desk%2520one", "nor this"},
        {"ID:a\x01"_bytes, "id a%01", "id a%01", ""},
        {"ID:-5"_bytes, "bad id", "bad id", "begins with no word character, as in the Perl"},
        {bytes_of("ID:" + word_247), "id " + word_247, "id " + word_247, "no NUL is needed"},
        {"ID:"_bytes, "bad id", "bad id", "unlike the Perl, no look-up of a host called ID:"},
        {"ID: 5"_bytes, "bad id", "bad id", "unlike the Perl"},
        {"ID:\xe9"_bytes, "bad id", "bad id", "unlike the Perl"},
        {"id:1"_bytes, "bad id", "dial id 5901", "upper case only"},
        {" ID:1"_bytes, "bad id", "bad id", "not at byte 0, but meant as an ID"},
        {"XID:5"_bytes, "bad id", "dial XID 5905", ""},
    };
    check(rows, id_match::word);
}

TEST(HelloWord, ReadsWhatRealEndpointsSend) {
    const row rows[] = {
        {"ID:alpha:5900"_bytes, "id alpha port 5900", "id alpha port 5900",
         "libvncclient, text ID"},
        {"ID:alpha"_bytes, "id alpha", "id alpha", "meets the one above"},
        {"ID:5912\0\xcc\x7f stack garbage"_bytes, "id 5912", "id 5912", "UltraVNC viewer"},
        {"10.0.0.5:5901\0garbage:7"_bytes, "bad id", "dial 10.0.0.5 5901", "UltraVNC viewer"},
        {"\0garbage"_bytes, "bad id", "empty", "UltraVNC viewer, empty host"},
        {"ID:ID:5"_bytes, "id 5", "id 5", "UltraVNC server, id:5 typed"},
        {"ID:ID:ID:5"_bytes, "id 5", "id 5", ""},
        {"ID:id:5"_bytes, "id 5", "id 5", "any case behind the first"},
        {"ID:ID:5:5900"_bytes, "id 5 port 5900", "id 5 port 5900", ""},
        {"ID:ID:"_bytes, "bad id", "bad id", ""},
        {"ID:ID"_bytes, "id ID", "id ID", "a name as any other"},
        {"ID:n1+KEY:00aF"_bytes, "id n1 key", "id n1+KEY:00aF", "servers may add a key"},
        {"ID:a:b"_bytes, "id a:b", "id a:b", "no port"},
        {"ID:a:1 x"_bytes, "id a:1%20x", "id a:1%20x", "no port at the end"},
        {"ID::12"_bytes, "bad id", "bad id", "UltraVNC viewer"},
        {"ID:q\n"_bytes, "id q", "id q", "newline"},
        {"ID:q\r\n"_bytes, "id q", "id q", "newline"},
        {"ID:q\tx"_bytes, "id q%09x", "id q%09x", "unlike the Perl, all of it"},
        {"ID:q \t\r\n"_bytes, "id q", "id q", "padding"},
        {"ID:x \0y"_bytes, "id x", "id x", "blank, then dirty padding"},
        {"RFB 003.008\n"_bytes, "bad id", "bad destination", "a peer that can name nothing"},
    };
    check(rows, id_match::word);
}

TEST(HelloWord, ReadsDestinationsFromViewersOnly) {
    const row rows[] = {
        {"127.0.0.1:39963"_bytes, "bad id", "dial 127.0.0.1 39963", ""},
        {"127.0.0.1:39963\n"_bytes, "bad id", "dial 127.0.0.1 39963", ""},
        {"127.0.0.1:39963 "_bytes, "bad id", "dial 127.0.0.1 39963", "unlike the Perl"},
        {"127.0.0.1:39963\0garbage"_bytes, "bad id", "dial 127.0.0.1 39963", "unlike the Perl"},
        {"[::1]:35091"_bytes, "bad id", "dial ::1 35091", ""},
        {"host"_bytes, "bad id", "dial host 5900", ""},
        {"1234"_bytes, "bad id", "dial 1234 5900", "without ID: it is a host"},
        {""_bytes, "bad id", "empty", "250 NULs"},
        {"h:5:6"_bytes, "bad id", "bad destination", ""},
        {"h:65536"_bytes, "bad id", "port is not between 1 and 65535", ""},
    };
    check(rows, id_match::word);
}

TEST(HelloExact, TakesTheWholeTextOrNothing) {
    const row rows[] = {
        {"ID:1234"_bytes, "id 1234", "id 1234", ""},
        {"ID:a-b"_bytes, "id a-b", "id a-b", "does not collide"},
        {"ID:a-c"_bytes, "id a-c", "id a-c", "does not collide"},
        {"ID:A+B!~"_bytes, "id A+B!~", "id A+B!~", ""},
        {"ID:alpha"_bytes, "id alpha", "id alpha", ""},
        {"ID:alpha:5900"_bytes, "id alpha port 5900", "id alpha port 5900", "libvncclient"},
        {"ID:alpha:5900\n"_bytes, "id alpha port 5900", "id alpha port 5900", "port, padding"},
        {"ID:ID:111"_bytes, "id 111", "id 111", "not the port of an ID called ID"},
        {"ID:ID:ID:x"_bytes, "id x", "id x", ""},
        {"ID:id:x"_bytes, "id x", "id x", ""},
        {"ID:ID: x"_bytes, "bad id", "bad id", ""},
        {"ID:x+KEY:0a"_bytes, "id x+KEY:0a", "id x+KEY:0a", "no key here"},
        {"ID:alpha:5900 x"_bytes, "text behind the id", "text behind the id", "port, then blank"},
        {"ID:a:b"_bytes, "id a:b", "id a:b", "not a port"},
        {"ID:a:b:5"_bytes, "id a:b port 5", "id a:b port 5", ""},
        {"ID:a:"_bytes, "id a:", "id a:", "not a port"},
        {"ID:5900"_bytes, "id 5900", "id 5900", "the ID itself is no port"},
        {"ID:desk one"_bytes, "text behind the id", "text behind the id", "must not meet desk two"},
        {"ID:a\tb"_bytes, "text behind the id", "text behind the id", "any blank"},
        {"ID:a\nb"_bytes, "text behind the id", "text behind the id", "a newline is one"},
        {"ID:a \r\n b"_bytes, "text behind the id", "text behind the id", "behind several"},
        {"ID:a "_bytes, "id a", "id a", "padding"},
        {"ID:a \r\n\t"_bytes, "id a", "id a", "padding"},
        {"ID:a \0b"_bytes, "id a", "id a", "padding, then what stands behind the NUL"},
        {"ID:a\0 b"_bytes, "id a", "id a", "up to the NUL"},
        {"ID:a\0b"_bytes, "id a", "id a", "up to the NUL"},
        {"ID:a\xe9"_bytes, "bad id", "bad id", "refused, not truncated"},
        {"ID:a\x01"_bytes, "bad id", "bad id", "refused, not truncated"},
        {"ID:\x7f"_bytes, "bad id", "bad id", ""},
        {"ID:"_bytes, "bad id", "bad id", ""},
        {"ID: 5"_bytes, "bad id", "bad id", ""},
        {"ID::12"_bytes, "bad id", "bad id", "only a port"},
        {" ID:1"_bytes, "bad id", "bad id", ""},
        {"id:1"_bytes, "bad id", "dial id 5901", ""},
        {"host:5"_bytes, "bad id", "dial host 5905", "Mode I as ever"},
    };
    check(rows, id_match::exact);
}

TEST(HelloRaw, NormalisesAsHelpDesksNeed) {
    const row rows[] = {
        {"ID:123"_bytes, "id 123", "id 123", ""},
        {"123"_bytes, "bad id", "id 123", "old noVNC sends no prefix; servers must"},
        {"ID:ID:x"_bytes, "id x", "id x", "old link, new noVNC"},
        {"id:Id:iD:x"_bytes, "bad id", "id x", "any case; servers send upper case"},
        {"ID:a-b_C"_bytes, "id a-b_C", "id a-b_C", "the hyphen belongs to it"},
        {"ID:x \r\n"_bytes, "id x", "id x", "white space at the end"},
        {"ID:x\0dirty"_bytes, "id x", "id x", ""},
        {"ID:"_bytes, "bad id", "bad id", ""},
        {"ID:ID:"_bytes, "bad id", "bad id", ""},
        {""_bytes, "bad id", "bad id", "250 NULs"},
        {"ID"_bytes, "bad id", "id ID", "no prefix"},
        {"ID:a b"_bytes, "bad id", "bad id", "refused, not cut"},
        {"ID:a\xe9"_bytes, "bad id", "bad id", ""},
        {" ID:x"_bytes, "bad id", "bad id", ""},
        {"127.0.0.1:5901"_bytes, "bad id", "bad id", "no Mode I"},
        {"host"_bytes, "bad id", "id host", "no Mode I"},
        {"ID:n1+KEY:00aF"_bytes, "id n1 key", "bad id", "servers may add a key"},
        {"ID:n1+KEY:"_bytes, "bad id", "bad id", "an empty key"},
        {"ID:n1+KEY:xyz"_bytes, "bad id", "bad id", "not hex"},
        {"ID:n1+KEY:00+KEY:00"_bytes, "bad id", "bad id", "two keys"},
        {"ID:+KEY:00"_bytes, "bad id", "bad id", "a key and no ID"},
    };
    check(rows, id_match::raw);
}

TEST(Hello, UvncAliasMakesWhatUltraVncSidesSendTheSame) {
    const auto canonical = [](std::string_view text, side from) {
        return describe(rfb::parse_hello(padded(text, 250), from, {.uvnc_alias = true}));
    };
    const std::pair<std::string_view, std::string_view> rows[] = {
        {"ID:12", "id 5912"},    {"ID:5912", "id 5912"},
        {"ID:0", "id 5900"},     {"ID:00", "id 5900"},
        {"ID:99", "id 5999"},    {"ID:100", "id 100"},
        {"ID:0012", "id 5912"},  {"ID:007", "id 5907"},
        {"ID:000123", "id 123"}, {"ID:AbC", "id abc"},
        {"ID:0x12", "id 0x12"},  {"ID:12a", "id 12a"},
        {"ID:_", "id _"},        {"ID:123456789012345", "id 123456789012345"}};
    for (const auto& [text, expected] : rows) {
        EXPECT_EQ(canonical(text, side::viewer), expected) << text;
        EXPECT_EQ(canonical(text, side::server), expected) << text;
    }
    EXPECT_EQ(canonical("10.0.0.7:1", side::viewer), "dial 10.0.0.7 5901") << "not an ID";
}

TEST(Hello, BlocksMayHaveAnyLength) {
    EXPECT_EQ(parse({}, side::viewer, id_match::word), "empty");
    EXPECT_EQ(parse({}, side::server, id_match::word), "bad id");
    EXPECT_EQ(parse("ID:q"_bytes, side::server, id_match::word), "id q");
    const auto at_most = std::string(1024, 'x');
    EXPECT_EQ(parse(bytes_of("ID:" + at_most), side::server, id_match::word), "id " + at_most);
    EXPECT_EQ(parse(bytes_of("ID:x" + at_most), side::server, id_match::word), "bad id");
}

struct collected {
    bytes block;
    bytes rest;
};

collected collect(const std::vector<std::span<const std::byte>>& parts, std::size_t size) {
    rfb::hello_reader reader({.size = size});
    collected all;
    for (const auto part : parts) {
        const auto taken = reader.complete() ? 0 : reader.feed(part);
        all.rest.insert(all.rest.end(), part.begin() + static_cast<std::ptrdiff_t>(taken),
                        part.end());
    }
    EXPECT_TRUE(reader.complete());
    all.block.assign(reader.block().begin(), reader.block().end());
    return all;
}

TEST(HelloReader, CollectsTheSameFromAnyNumberOfReads) {
    const auto block = padded("ID:1234", 250);
    const auto version = "RFB 003.008\n"_bytes;
    const auto stream = joined({block, version});
    for_each_split(stream, [&](const auto& parts) {
        const auto got = collect(parts, 250);
        EXPECT_EQ(got.block, block);
        EXPECT_EQ(got.rest, version);
    });
}

TEST(HelloReader, IsNotCompleteOneByteEarly) {
    rfb::hello_reader reader({.size = 250});
    const auto block = padded("ID:1", 250);
    EXPECT_FALSE(reader.complete());
    EXPECT_EQ(reader.feed(std::span(block).first(249)), 249U);
    EXPECT_FALSE(reader.complete());
    EXPECT_EQ(reader.feed({}), 0U);
    EXPECT_FALSE(reader.complete());
    EXPECT_EQ(reader.feed(std::span(block).last(1)), 1U);
    EXPECT_TRUE(reader.complete());
}

TEST(HelloReader, ASmallBlockLeavesTheRestToTheSession) {
    const auto stream = padded("ID:1", 250);
    const auto got = collect({stream}, 10);
    EXPECT_EQ(got.block, padded("ID:1", 10));
    EXPECT_EQ(got.rest, bytes(240));
}

TEST(HelloReader, WithoutASizeTheFirstBytesComplete) {
    struct unsized_row {
        bytes stream;
        bytes block;
        std::string_view why;
    };

    const unsized_row rows[] = {
        {"ID:q"_bytes, "ID:q"_bytes, "all of it"},
        {"ID:q\nRFB 003.008\n"_bytes, "ID:q\n"_bytes, "unlike the Perl, which loses the version"},
        {"ID:q\r\nRFB 003.008\n"_bytes, "ID:q\r\n"_bytes, ""},
        {"ID:q\0RFB 003.008\n"_bytes, "ID:q\0"_bytes, "NUL ends it"},
        {"ID:q\0\0\0RFB 003.008\n"_bytes, "ID:q\0\0\0"_bytes, "the padding belongs to it"},
        {"ID:q\n\0\0RFB 003.008\n"_bytes, "ID:q\n\0\0"_bytes, "newline and padding"},
        {"\nx"_bytes, "\n"_bytes, "an empty line is something"},
        {"\0\0x"_bytes, "\0\0"_bytes, "so are NULs"},
        {bytes(2000, std::byte{'x'}), bytes(1024, std::byte{'x'}), "at most 1024 bytes"},
        {bytes(2000), bytes(1024), "at most 1024 bytes"},
    };
    for (const auto& r : rows) {
        const auto got = collect({r.stream}, 0);
        EXPECT_EQ(text_of(got.block), text_of(r.block)) << r.why;
        EXPECT_EQ(joined({got.block, got.rest}), r.stream) << r.why;
    }
}

TEST(HelloReader, WithoutASizeNothingCompletesNothing) {
    rfb::hello_reader reader({.size = 0});
    EXPECT_FALSE(reader.complete());
    EXPECT_EQ(reader.feed({}), 0U);
    EXPECT_FALSE(reader.complete());
    EXPECT_EQ(reader.feed("x"_bytes), 1U);
    EXPECT_TRUE(reader.complete());
}

TEST(HelloReader, TakesAShortBlockWhoseTextIsEnded) {
    struct short_row {
        bytes came;
        std::string block; ///< "-": is not taken
        bytes early;
        std::string_view why;
    };

    const short_row rows[] = {
        {"ID:1234:5900\0"_bytes, std::string("ID:1234:5900\0", 13), {}, "libvncclient 0.9.12"},
        {"ID:1\n"_bytes, "ID:1\n", {}, "a line"},
        {"ID:1\0\0\0"_bytes, std::string("ID:1\0\0\0", 7), {}, "some padding"},
        {"ID:1\0RFB 003.008\n"_bytes, std::string("ID:1\0", 5), "RFB 003.008\n"_bytes,
         "its version"},
        {"ID:1\0RFB 003."_bytes, std::string("ID:1\0", 5), "RFB 003."_bytes, "some of it"},
        {"ID:1\nRFB 003.008\nx"_bytes, "ID:1\n", "RFB 003.008\nx"_bytes, "and more"},
        {"ID:1\0garbage"_bytes, std::string("ID:1\0garbage", 12), {}, "dirty padding"},
        {"ID:1"_bytes, "-", {}, "may be the half of ID:12"},
        {{}, "-", {}, "nothing"},
    };
    for (const auto& r : rows) {
        rfb::hello_reader reader({.size = 250});
        (void)reader.feed(r.came);
        EXPECT_FALSE(reader.complete()) << r.why;
        const auto early = reader.take_short();
        EXPECT_EQ(early.has_value(), r.block != "-") << r.why;
        EXPECT_EQ(reader.complete(), r.block != "-") << r.why;
        if (early) {
            EXPECT_EQ(text_of(reader.block()), r.block) << r.why;
            EXPECT_EQ(*early, r.early) << r.why;
        }
    }
}

} // namespace hello_test
