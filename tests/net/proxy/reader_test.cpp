// The tables of the PROXY protocol: what a header says, what is none, and how one is written.
// SPDX-License-Identifier: EUPL-1.2
#include "net/proxy/reader.hpp"
#include "tests/support/bytes.hpp"

#include <gmock/gmock.h>

#include <optional>
#include <string>

namespace reader_test {

namespace {

using net::format_proxy_header;
using net::proxy_error;
using net::proxy_header;
using net::proxy_reader;
using net::proxy_version;
using support::bytes;
using support::bytes_of;
using support::joined;
using namespace support::literals;
using boost::asio::ip::make_address;

/// What came of some bytes, however they were cut, and how many were the header's.
struct reading {
    std::optional<boost::system::result<proxy_header>> result;
    std::size_t taken = 0;
};

reading read(std::span<const std::byte> all) {
    std::optional<reading> first;
    support::for_each_split(all, [&first](const auto& parts) {
        proxy_reader reader;
        reading now;
        for (const auto& part : parts) {
            now.taken += reader.feed(part);
        }
        if (reader.done()) {
            now.result = reader.result();
        }
        if (!first) {
            first = now;
        }
        EXPECT_EQ(now.taken, first->taken);
        EXPECT_TRUE(now.result == first->result);
    });
    return *first;
}

proxy_header::endpoints between(const char* source, std::uint16_t source_port,
                                const char* destination, std::uint16_t destination_port) {
    return {{make_address(source), source_port}, {make_address(destination), destination_port}};
}

constexpr std::string_view signature{"\r\n\r\n\0\r\nQUIT\n", 12};

/// Version 2: command and family as on the wire, and what follows the length.
bytes block(unsigned char command, unsigned char family, const bytes& rest) {
    auto all = bytes_of(signature);
    for (const std::size_t value :
         {std::size_t{command}, std::size_t{family}, rest.size() / 256, rest.size() % 256}) {
        all.push_back(static_cast<std::byte>(value));
    }
    return joined({all, rest});
}

bytes tlv(unsigned char type, const bytes& value) {
    bytes all;
    for (const std::size_t part : {std::size_t{type}, value.size() / 256, value.size() % 256}) {
        all.push_back(static_cast<std::byte>(part));
    }
    return joined({all, value});
}

const bytes v4_addresses = "\xc0\x00\x02\x07\x0a\x00\x00\x01\x10\x92\x17\x0c"_bytes;

} // namespace

TEST(ProxyReader, UnderstandsLines) {
    struct row {
        std::string line;
        std::optional<proxy_header::endpoints> expected;
    };

    for (const auto& r : std::initializer_list<row>{
             {"PROXY TCP4 192.0.2.7 10.0.0.1 4242 5900\r\n",
              between("192.0.2.7", 4242, "10.0.0.1", 5900)},
             {"PROXY TCP4 255.255.255.255 255.255.255.255 65535 65535\r\n",
              between("255.255.255.255", 65535, "255.255.255.255", 65535)},
             {"PROXY TCP4 0.0.0.0 0.0.0.0 0 0\r\n", between("0.0.0.0", 0, "0.0.0.0", 0)},
             {"PROXY TCP6 2001:DB8::7 ::1 1 2\r\n", between("2001:db8::7", 1, "::1", 2)},
             {"PROXY TCP6 ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff "
              "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 65535\r\n",
              between("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", 65535,
                      "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", 65535)},
             {"PROXY TCP6 ::ffff:192.0.2.7 ::1 1 2\r\n", between("192.0.2.7", 1, "::1", 2)},
             {"PROXY UNKNOWN\r\n", {}},
             {"PROXY UNKNOWN ffff:f...f:ffff and whatever else\r\n", {}},
             {"PROXY UNKNOWN " + std::string(91, 'x') + "\r\n", {}}, // 107 bytes
         }) {
        const auto text = r.line + "RFB 003.008\n";
        const auto [result, taken] = read(bytes_of(text));
        ASSERT_TRUE(result && *result) << r.line;
        EXPECT_EQ((*result)->addresses, r.expected) << r.line;
        EXPECT_EQ((*result)->unique_id, "");
        EXPECT_FALSE((*result)->secured);
        EXPECT_EQ(taken, r.line.size()) << "the rest is the session's";
    }
}

TEST(ProxyReader, RefusesOtherLines) {
    struct row {
        std::string bytes;
        proxy_error expected;
    };

    for (const auto& r : std::initializer_list<row>{
             {"ID:1234", proxy_error::no_header},
             {"PROXX", proxy_error::no_header},
             {"proxy TCP4 ", proxy_error::no_header},
             {"PROXY\r\n", proxy_error::no_header},
             {"PROXY \r\n", proxy_error::bad_line},
             {"PROXY TCP4\r\n", proxy_error::bad_line},
             {"PROXY UNKNOWNX\r\n", proxy_error::bad_line},
             {"PROXY UDP4 192.0.2.7 10.0.0.1 1 2\r\n", proxy_error::bad_line},
             {"PROXY TCP4  192.0.2.7 10.0.0.1 1 2\r\n", proxy_error::bad_line},
             {"PROXY TCP4 192.0.2.7 10.0.0.1 1 2 \r\n", proxy_error::bad_line},
             {"PROXY TCP4 192.0.2.7 10.0.0.1 1\r\n", proxy_error::bad_line},
             {"PROXY TCP4 192.0.2.7 10.0.0.1 1 65536\r\n", proxy_error::bad_line},
             {"PROXY TCP4 192.0.2.7 10.0.0.1 01 2\r\n", proxy_error::bad_line},
             {"PROXY TCP4 192.0.2.7 10.0.0.1 +1 2\r\n", proxy_error::bad_line},
             {"PROXY TCP4 192.0.2.7 10.0.0.1 1 \r\n", proxy_error::bad_line},
             {"PROXY TCP4 192.0.2.07 10.0.0.1 1 2\r\n", proxy_error::bad_line},
             {"PROXY TCP4 192.0.2 10.0.0.1 1 2\r\n", proxy_error::bad_line},
             {"PROXY TCP4 2001:db8::7 10.0.0.1 1 2\r\n", proxy_error::bad_line},
             {"PROXY TCP6 192.0.2.7 10.0.0.1 1 2\r\n", proxy_error::bad_line},
             {"PROXY TCP6 fe80::1%1 ::1 1 2\r\n", proxy_error::bad_line},
             {"PROXY TCP6 ::1 ::g 1 2\r\n", proxy_error::bad_line},
             {"PROXY TCP4 192.0.2.7 10.0.0.1 1 2\n", proxy_error::bad_line},
             {"PROXY TCP4 192.0.2.7 10.0.0.1 1 2\rX", proxy_error::bad_line},
             {"PROXY UNKNOWN " + std::string(93, 'x') + "\r\n", proxy_error::too_long},
         }) {
        const auto [result, taken] = read(bytes_of(r.bytes));
        ASSERT_TRUE(result) << r.bytes;
        ASSERT_FALSE(*result) << r.bytes;
        EXPECT_EQ(result->error(), r.expected) << r.bytes;
        EXPECT_LE(taken, proxy_header::max_line);
    }
}

TEST(ProxyReader, UnderstandsBlocks) {
    const auto v6 = bytes_of(std::string_view{"\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x07"
                                              "\0\0\0\0\0\0\0\0\0\0\xff\xff\x0a\0\0\x01"
                                              "\x10\x92\x17\x0c",
                                              36});
    const auto v4_source = between("192.0.2.7", 4242, "10.0.0.1", 5900);

    struct row {
        bytes sent;
        std::optional<proxy_header::endpoints> expected;
        const char* why;
    };

    for (const auto& r : std::initializer_list<row>{
             {block(0x21, 0x11, v4_addresses), v4_source, "TCP over IPv4"},
             {block(0x21, 0x21, v6), between("2001:db8::7", 4242, "10.0.0.1", 5900),
              "TCP over IPv6, IPv4 inside as IPv4"},
             {block(0x21, 0x12, v4_addresses), {}, "UDP is nothing that we accept"},
             {block(0x21, 0x31, bytes(216)), {}, "AF_UNIX"},
             {block(0x21, 0x00, {}), {}, "unspecified"},
             {block(0x21, 0x10, v4_addresses), {}, "unspecified protocol"},
             {block(0x20, 0x00, {}), {}, "LOCAL"},
             {block(0x20, 0x11, v4_addresses), {}, "LOCAL: addresses do not count"},
             {block(0x20, 0xff, bytes(3)), {}, "LOCAL: nor does what they are"},
             {block(0x20, 0x11, bytes(3)), {}, "LOCAL: nor whether they are whole"},
             {block(0x20, 0x00, bytes(2, std::byte{9})), {}, "LOCAL: nor TLVs"},
             {block(0x21, 0x11, joined({v4_addresses, tlv(0x04, bytes(7)), tlv(0xee, {})})),
              v4_source, "NOOP and unknown TLVs"},
             {block(0x21, 0x11, joined({v4_addresses, tlv(0x04, bytes(4096 - 16 - 12 - 3))})),
              v4_source, "as long as it may be"},
         }) {
        const auto [result, taken] = read(joined({r.sent, "RFB 003.008\n"_bytes}));
        ASSERT_TRUE(result && *result) << r.why;
        EXPECT_EQ((*result)->addresses, r.expected) << r.why;
        EXPECT_EQ(taken, r.sent.size()) << r.why;
    }
}

TEST(ProxyReader, RefusesOtherBlocks) {
    struct row {
        bytes sent;
        proxy_error expected;
        const char* why;
    };

    const auto with = [](const bytes& tlvs) {
        return block(0x21, 0x11, joined({v4_addresses, tlvs}));
    };
    for (const auto& r : std::initializer_list<row>{
             {bytes_of("\r\n\r\nX"), proxy_error::no_header, "no signature"},
             {block(0x11, 0x11, v4_addresses), proxy_error::bad_version, "version 1 in binary"},
             {block(0x31, 0x11, v4_addresses), proxy_error::bad_version, "version 3"},
             {block(0x22, 0x11, v4_addresses), proxy_error::bad_command, "command 2"},
             {block(0x21, 0x41, bytes(12)), proxy_error::bad_family, "family 4"},
             {block(0x21, 0x13, v4_addresses), proxy_error::bad_family, "protocol 3"},
             {block(0x21, 0x11, bytes(11)), proxy_error::bad_length, "IPv4 in 11 bytes"},
             {block(0x21, 0x21, bytes(35)), proxy_error::bad_length, "IPv6 in 35 bytes"},
             {block(0x21, 0x31, bytes(215)), proxy_error::bad_length, "AF_UNIX in 215 bytes"},
             {block(0x21, 0x11, bytes(4081)), proxy_error::too_long, "more than we take"},
             {block(0x20, 0x00, bytes(4081)), proxy_error::too_long, "LOCAL as well"},
             {with("\x05"_bytes), proxy_error::bad_tlv, "half a TLV"},
             {with(bytes_of({"\x05\0\x04"
                             "abc",
                             6})),
              proxy_error::bad_tlv, "a TLV longer than the header"},
             {with(tlv(0x05, bytes(129))), proxy_error::bad_tlv, "an ID of 129 bytes"},
             {with(tlv(0x03, bytes(3))), proxy_error::bad_tlv, "a checksum of 3 bytes"},
             {with(tlv(0x03, bytes(4))), proxy_error::bad_checksum, "a wrong checksum"},
             {block(0x20, 0x00, tlv(0x03, bytes(4))), proxy_error::bad_checksum, "in LOCAL too"},
             {with(tlv(0x20, bytes(4))), proxy_error::bad_tlv, "SSL of 4 bytes"},
             {with(tlv(0x20, joined({bytes(5), "\x21"_bytes}))), proxy_error::bad_tlv,
              "half a TLV within SSL"},
         }) {
        const auto [result, taken] = read(r.sent);
        ASSERT_TRUE(result) << r.why;
        ASSERT_FALSE(*result) << r.why;
        EXPECT_EQ(result->error(), r.expected) << r.why << ": " << result->error().message();
    }
}

TEST(ProxyReader, WaitsForTheRest) {
    for (const auto& whole :
         {bytes_of("PROXY TCP4 192.0.2.7 10.0.0.1 4242 5900\r\n"), bytes_of("PROXY UNKNOWN\r\n"),
          block(0x21, 0x11, v4_addresses), block(0x20, 0x00, {})}) {
        const auto most = std::span(whole).first(whole.size() - 1);
        const auto [result, taken] = read(most);
        EXPECT_FALSE(result);
        EXPECT_EQ(taken, most.size());
    }
}

TEST(ProxyReader, TellsHowTheClientCame) {
    const auto ssl = tlv(0x20, joined({bytes{std::byte{0x05}}, bytes(4), tlv(0x21, "TLSv1.3"_bytes),
                                       tlv(0x22, "alice"_bytes)}));
    const auto sent = block(0x21, 0x11, joined({v4_addresses, tlv(0x05, "a1b2-c3"_bytes), ssl}));
    const auto [result, taken] = read(sent);
    ASSERT_TRUE(result && *result);
    EXPECT_EQ((*result)->unique_id, "a1b2-c3");
    EXPECT_EQ((*result)->secured, (proxy_header::tls{"TLSv1.3", true, true}));

    const auto unverified =
        block(0x21, 0x11, joined({v4_addresses, tlv(0x20, "\x01\xff\xff\xff\xff"_bytes)}));
    EXPECT_EQ((*read(unverified).result)->secured, (proxy_header::tls{"", false, false}));
    const auto plain = block(0x21, 0x11, joined({v4_addresses, tlv(0x20, bytes(5))}));
    EXPECT_FALSE((*read(plain).result)->secured);
}

TEST(ProxyReader, ChecksTheChecksum) {
    // What HAProxy 2.6 sent with proxy-v2-options crc32c,unique-id.
    const std::string id = "127.0.0.1-cf92ae27-aec4-4ec7-887f-ed10a13cc320";
    auto sent = block(0x21, 0x11,
                      joined({"\x7f\0\0\x01\x7f\0\0\x01\xea\x62\xa3\xac"_bytes,
                              tlv(0x03, "\x8b\x94\xb9\xda"_bytes), tlv(0x05, bytes_of(id))}));
    const auto [result, taken] = read(sent);
    ASSERT_TRUE(result && *result) << result->error().message();
    EXPECT_EQ((*result)->unique_id, id);
    EXPECT_EQ((*result)->addresses, between("127.0.0.1", 60002, "127.0.0.1", 41900));
    sent[20] ^= std::byte{1};
    EXPECT_EQ(read(sent).result->error(), proxy_error::bad_checksum);
}

TEST(ProxyFormat, IsReadAsItWasWritten) {
    const proxy_header::tls tls{"TLSv1.3", true, false};
    for (const auto& header : std::initializer_list<proxy_header>{
             {},
             {{}, "only-an-id", {}},
             {between("192.0.2.7", 4242, "10.0.0.1", 5900), "", {}},
             {between("192.0.2.7", 4242, "10.0.0.1", 5900), "id", tls},
             {between("2001:db8::7", 4242, "::1", 5900), std::string(128, 'x'), tls},
             {between("192.0.2.7", 4242, "2001:db8::1", 5900), "mixed", {}},
             {between("2001:db8::7", 4242, "10.0.0.1", 5900), "mixed", {}},
         }) {
        const auto block = format_proxy_header(header, proxy_version::v2);
        EXPECT_LE(block.size(), 536);
        const auto by_block = read(block);
        ASSERT_TRUE(by_block.result && *by_block.result);
        EXPECT_EQ(**by_block.result, header);
        EXPECT_EQ(by_block.taken, block.size());

        const auto line = format_proxy_header(header, proxy_version::v1);
        EXPECT_LE(line.size(), proxy_header::max_line);
        const auto by_line = read(line);
        ASSERT_TRUE(by_line.result && *by_line.result) << support::text_of(line);
        EXPECT_EQ((*by_line.result)->addresses, header.addresses);
    }
}

TEST(ProxyFormat, IsWhatTheSpecificationShows) {
    const proxy_header header{between("192.0.2.7", 4242, "10.0.0.1", 5900), "id", {}};
    EXPECT_EQ(support::text_of(format_proxy_header(header, proxy_version::v1)),
              "PROXY TCP4 192.0.2.7 10.0.0.1 4242 5900\r\n");
    EXPECT_EQ(support::text_of(format_proxy_header({}, proxy_version::v1)), "PROXY UNKNOWN\r\n");
    EXPECT_EQ(format_proxy_header(header, proxy_version::v2),
              block(0x21, 0x11, joined({v4_addresses, tlv(0x05, "id"_bytes)})));
    EXPECT_EQ(format_proxy_header({}, proxy_version::v2), block(0x20, 0x00, {}));
}

TEST(ProxyFormat, CutsAnIdThatIsTooLong) {
    const auto sent = format_proxy_header({{}, std::string(500, 'x'), {}}, proxy_version::v2);
    EXPECT_EQ((*read(sent).result)->unique_id, std::string(128, 'x'));
}

} // namespace reader_test
