// The frame codec: every rule of RFC 6455 5 that a peer can break, in every cut, for both roles.
// SPDX-License-Identifier: EUPL-1.2
#include "tests/support/bytes.hpp"
#include "wsgate/ws/frame.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace frame_test {

namespace {

using support::bytes;
using support::bytes_of;
using support::pattern;
using support::text_of;
using wsgate::close_code;
using wsgate::frame_decoder;
using wsgate::opcode;
using wsgate::ws_role;
using namespace std::string_literals;

constexpr wsgate::masking_key key{std::byte{0x37}, std::byte{0xfa}, std::byte{0x21},
                                  std::byte{0x3d}};

constexpr std::uint8_t fin = 0x80;

/// A frame written out by hand, not by the code under test. `masked`: as a client sends it.
bytes frame(unsigned first, std::string_view payload, bool masked = true, unsigned wide = 0) {
    std::string head(1, static_cast<char>(first));
    const auto mask_bit = masked ? 0x80U : 0U;
    const auto size = payload.size();
    auto put = [&head](std::uint64_t value, int count) {
        for (int shift = 8 * (count - 1); shift >= 0; shift -= 8) {
            head += static_cast<char>(value >> static_cast<unsigned>(shift) & 0xffU);
        }
    };
    if (wide == 8 || size > 0xffff) {
        head += static_cast<char>(mask_bit | 127U);
        put(size, 8);
    } else if (wide == 2 || size > 125) {
        head += static_cast<char>(mask_bit | 126U);
        put(size, 2);
    } else {
        head += static_cast<char>(mask_bit | size);
    }
    auto all = bytes_of(head);
    if (masked) {
        all.insert(all.end(), key.begin(), key.end());
    }
    for (std::size_t i = 0; i < size; ++i) {
        auto b = static_cast<std::byte>(payload[i]);
        all.push_back(masked ? b ^ key[i % 4] : b);
    }
    return all;
}

bytes operator+(bytes a, const bytes& b) {
    a.insert(a.end(), b.begin(), b.end());
    return a;
}

/// Everything that decoding said, over all parts.
struct heard {
    std::string payload;
    std::vector<std::string> pings;
    int pongs = 0;
    bool dropped_text = false;
    std::optional<wsgate::close_reason> close;
    std::optional<wsgate::close_reason> failure;
};

heard decode(ws_role us, const std::vector<std::span<const std::byte>>& parts,
             wsgate::text_frames text = wsgate::text_frames::refuse) {
    frame_decoder decoder(us, text);
    heard all;
    for (const auto part : parts) {
        bytes buffer(part.begin(), part.end());
        const auto d = decoder.decode(buffer);
        all.dropped_text = all.dropped_text || d.dropped_text;
        all.payload += text_of(std::span(buffer).first(d.payload));
        if (d.ping) {
            all.pings.push_back(text_of(d.ping->view()));
        }
        all.pongs += d.pong ? 1 : 0;
        if (d.close) {
            EXPECT_FALSE(all.close);
            all.close = d.close;
        }
        if (d.failure) {
            EXPECT_FALSE(all.failure);
            all.failure = d.failure;
        }
    }
    return all;
}

heard decode_whole(const bytes& b, ws_role us = ws_role::server) {
    return decode(us, {b});
}

std::string close_bytes(unsigned code, std::string_view reason = "") {
    return std::string{static_cast<char>(code >> 8U), static_cast<char>(code & 0xffU)} +
           std::string{reason};
}

struct row {
    const char* why;
    bytes input;
    std::string payload;                 ///< forwarded before the end
    std::optional<close_code> failure{}; ///< what we must close with
};

std::vector<row> rows() {
    const auto refused = close_code::protocol_error;
    std::vector<row> all{
        // 1: framing
        {"an empty frame", frame(fin | 2, ""), ""},
        {"125 bytes", frame(fin | 2, pattern(125)), pattern(125)},
        {"126 bytes", frame(fin | 2, pattern(126)), pattern(126)},
        {"127 bytes", frame(fin | 2, pattern(127)), pattern(127)},
        {"128 bytes", frame(fin | 2, pattern(128)), pattern(128)},
        {"two frames", frame(fin | 2, "ab") + frame(fin | 2, "cd"), "abcd"},
        // 2: ping and pong
        {"ping between data", frame(fin | 2, "ab") + frame(fin | 9, "p") + frame(fin | 2, "cd"),
         "abcd"},
        {"ping of 125", frame(fin | 9, pattern(125)), ""},
        {"ping of 126", frame(fin | 9, pattern(126)), "", refused},
        {"pong unasked", frame(fin | 10, "x") + frame(fin | 2, "a"), "a"},
        // 4: opcodes, 7: what follows a failure
        {"data, then a reserved opcode", frame(fin | 2, "ab") + frame(fin | 3, "cd"), "ab",
         refused},
        {"nothing after a failure", frame(fin | 3, "x") + frame(fin | 2, "cd"), "", refused},
        // 5: fragmentation
        {"three fragments", frame(2, "ab") + frame(0, "cd") + frame(fin | 0, "ef"), "abcdef"},
        {"empty first fragment", frame(2, "") + frame(fin | 0, "ab"), "ab"},
        {"empty middle and last", frame(2, "a") + frame(0, "") + frame(fin | 0, ""), "a"},
        {"ping between fragments", frame(2, "ab") + frame(fin | 9, "!") + frame(fin | 0, "cd"),
         "abcd"},
        {"continuation of nothing", frame(fin | 0, "ab"), "", refused},
        {"open continuation of nothing", frame(0, "ab"), "", refused},
        {"continuation after the last", frame(fin | 2, "ab") + frame(fin | 0, "cd"), "ab", refused},
        {"a new message within one", frame(2, "ab") + frame(fin | 2, "cd"), "ab", refused},
        {"text within a message", frame(2, "ab") + frame(fin | 1, "cd"), "ab", refused},
        {"fragmented ping", frame(9, "a"), "", refused},
        {"fragmented pong", frame(10, "a"), "", refused},
        {"fragmented close", frame(8, ""), "", refused},
        // 6: text is refused, valid or not
        {"text", frame(fin | 1, "hello"), "", close_code::unsupported_data},
        {"first fragment of text", frame(1, "hello"), "", close_code::unsupported_data},
        {"text that is not UTF-8", frame(fin | 1, "\xff"), "", close_code::unsupported_data},
        {"empty text", frame(fin | 1, ""), "", close_code::unsupported_data},
        {"text behind data", frame(fin | 2, "ab") + frame(fin | 1, "cd"), "ab",
         close_code::unsupported_data},
        // masks and lengths
        {"no mask", frame(fin | 2, "ab", false), "", refused},
        {"no mask on a ping", frame(fin | 9, "", false), "", refused},
        {"no mask on text", frame(fin | 1, "ab", false), "", refused},
        {"16 bits for 125", frame(fin | 2, pattern(125), true, 2), "", refused},
        {"64 bits for 126", frame(fin | 2, pattern(126), true, 8), "", refused},
        {"64 bits for 1", frame(fin | 2, "a", true, 8), "", refused},
        {"the top bit of the length",
         bytes_of("\x82\xff\x80\x00\x00\x00\x00\x00\x00\x01"s + "1234"), "", refused},
        // 7: closing
        {"one byte of close", frame(fin | 8, "a"), "", refused},
        {"close of 126 bytes", frame(fin | 8, pattern(126)), "", refused},
        {"reason not UTF-8", frame(fin | 8, close_bytes(1000, "\xc3\x28")), "",
         close_code::invalid_text},
        {"data before a bad close", frame(fin | 2, "ab") + frame(fin | 8, close_bytes(999)), "ab",
         refused},
    };
    for (unsigned bit : {0x40U, 0x20U, 0x10U}) {
        all.push_back({"a reserved bit on data", frame(fin | bit | 2, "a"), "", refused});
        all.push_back({"a reserved bit on ping", frame(fin | bit | 9, ""), "", refused});
        all.push_back({"a reserved bit behind data",
                       frame(fin | 2, "ab") + frame(fin | bit | 2, "cd"), "ab", refused});
    }
    for (unsigned code : {3U, 4U, 5U, 6U, 7U, 11U, 12U, 13U, 14U, 15U}) {
        all.push_back({"a reserved opcode", frame(fin | code, ""), "", refused});
    }
    return all;
}

} // namespace

TEST(FrameDecoder, FollowsTheTableInEveryCut) {
    for (const auto& r : rows()) {
        support::for_each_split(r.input, [&r](const auto& parts) {
            const auto got = decode(ws_role::server, parts);
            EXPECT_EQ(got.payload, r.payload) << r.why << ", parts: " << parts.size();
            EXPECT_EQ(got.failure.has_value(), r.failure.has_value()) << r.why;
            if (got.failure && r.failure) {
                EXPECT_EQ(got.failure->code, *r.failure) << r.why;
                EXPECT_FALSE(got.failure->text.empty());
            }
            EXPECT_FALSE(got.close) << r.why;
        });
    }
}

TEST(FrameDecoder, TakesEveryLengthEncoding) {
    for (const std::size_t size : {65535U, 65536U, 65537U, 1U << 20U, 16U << 20U}) {
        const auto payload = pattern(size);
        const auto got = decode_whole(frame(fin | 2, payload));
        EXPECT_TRUE(got.payload == payload) << size;
        EXPECT_FALSE(got.failure) << size;
    }
}

TEST(FrameDecoder, NeedsNoMemoryForALengthThatIsOnlyClaimed) {
    // 2^62 bytes announced, five come.
    auto b = bytes_of("\x82\xff\x40\x00\x00\x00\x00\x00\x00\x00"s + "\0\0\0\0"s + "hello");
    const auto got = decode_whole(b);
    EXPECT_EQ(got.payload, "hello");
    EXPECT_FALSE(got.failure);
}

TEST(FrameDecoder, ReportsAFailureWithTheSecondByteWhereThatTells) {
    frame_decoder decoder(ws_role::server);
    auto b = bytes_of("\x82\x05"); // no mask; its payload has not come
    EXPECT_TRUE(decoder.decode(b).failure);
}

TEST(FrameDecoder, HearsEveryPingByteByByteAndTheNewestOfABatch) {
    bytes ten;
    for (char c = '0'; c <= '9'; ++c) {
        ten = ten + frame(fin | 9, std::string(1, c));
    }
    EXPECT_EQ(decode_whole(ten).pings, std::vector<std::string>{"9"});
    std::vector<std::span<const std::byte>> single;
    for (std::size_t i = 0; i < ten.size(); ++i) {
        single.push_back(std::span(ten).subspan(i, 1));
    }
    EXPECT_EQ(decode(ws_role::server, single).pings.size(), 10U);
}

TEST(FrameDecoder, HearsAPongWhateverItsPayload) {
    EXPECT_EQ(decode_whole(frame(fin | 10, "")).pongs, 1);
    EXPECT_EQ(decode_whole(frame(fin | 10, pattern(125))).pongs, 1);
}

TEST(FrameDecoder, KnowsWhichCloseCodesMayBeSent) {
    std::vector<std::pair<unsigned, bool>> table{
        {0, false},    {1, false},    {999, false},  {1000, true},  {1001, true},  {1002, true},
        {1003, true},  {1004, false}, {1005, false}, {1006, false}, {1007, true},  {1008, true},
        {1009, true},  {1010, true},  {1011, true},  {1012, true},  {1013, true},  {1014, true},
        {1015, false}, {1016, false}, {1100, false}, {1999, false}, {2000, false}, {2999, false},
        {3000, true},  {3999, true},  {4000, true},  {4999, true},  {5000, false}, {65535, false},
    };
    for (const auto& [code, good] : table) {
        const auto got = decode_whole(frame(fin | 8, close_bytes(code, "why")));
        EXPECT_EQ(got.close.has_value(), good) << code;
        if (good && got.close) {
            EXPECT_EQ(static_cast<unsigned>(got.close->code), code);
            EXPECT_EQ(got.close->text, "why");
        } else {
            ASSERT_TRUE(got.failure) << code;
            EXPECT_EQ(got.failure->code, close_code::protocol_error);
        }
    }
}

TEST(FrameDecoder, TakesACloseWithoutACodeAndIgnoresWhatFollows) {
    const auto input = frame(fin | 2, "ab") + frame(fin | 8, "") + frame(fin | 2, "cd") +
                       frame(fin | 9, "p") + frame(fin | 3, "");
    support::for_each_split(input, [](const auto& parts) {
        const auto got = decode(ws_role::server, parts);
        EXPECT_EQ(got.payload, "ab");
        ASSERT_TRUE(got.close);
        EXPECT_EQ(got.close->code, close_code::none);
        EXPECT_TRUE(got.pings.empty());
        EXPECT_FALSE(got.failure);
    });
}

TEST(FrameDecoder, TakesTheLongestReason) {
    const auto got = decode_whole(frame(fin | 8, close_bytes(4000, std::string(123, 'x'))));
    ASSERT_TRUE(got.close);
    EXPECT_EQ(got.close->text, std::string(123, 'x'));
}

TEST(FrameDecoder, AsAClientTakesUnmaskedFramesOnly) {
    const auto input = frame(2, "ab", false) + frame(fin | 9, "p", false) +
                       frame(fin | 0, pattern(300), false) +
                       frame(fin | 8, close_bytes(1000), false);
    support::for_each_split(input, [](const auto& parts) {
        const auto got = decode(ws_role::client, parts);
        EXPECT_EQ(got.payload, "ab" + pattern(300));
        EXPECT_EQ(got.pings, std::vector<std::string>{"p"});
        ASSERT_TRUE(got.close);
    });
    const auto masked = decode_whole(frame(fin | 2, "ab"), ws_role::client);
    ASSERT_TRUE(masked.failure);
    EXPECT_EQ(masked.failure->code, close_code::protocol_error);
}

TEST(FrameDecoder, DropsTextWhereItMay) {
    const auto wire =
        frame(fin | 2, "ab", false) + frame(1, "te", false) + frame(fin | 9, "p", false) +
        frame(0, "x", false) + frame(fin | 0, "t", false) + frame(fin | 1, "", false) +
        frame(2, "cd", false) + frame(fin | 10, "", false) + frame(fin | 0, "ef", false) +
        frame(fin | 1, pattern(300), false) + frame(fin | 8, close_bytes(1000, "bye"), false);
    support::for_each_split(wire, [](const auto& parts) {
        const auto all = decode(ws_role::client, parts, wsgate::text_frames::drop);
        EXPECT_EQ(all.payload, "abcdef");
        EXPECT_TRUE(all.dropped_text);
        EXPECT_EQ(all.pings, std::vector<std::string>{"p"});
        EXPECT_EQ(all.pongs, 1);
        ASSERT_TRUE(all.close);
        EXPECT_EQ(all.close->text, "bye");
        EXPECT_FALSE(all.failure);
    });
    const auto binary = frame(2, "ab", false) + frame(fin | 0, "c", false);
    EXPECT_FALSE(decode(ws_role::client, {binary}, wsgate::text_frames::drop).dropped_text);
}

TEST(FrameDecoder, ForwardsTextWhereItMay) {
    const std::vector<row> table{
        {"text", frame(fin | 1, "gr\xc3\xbc\xc3\x9f"), "gr\xc3\xbc\xc3\x9f"},
        {"empty text", frame(fin | 1, "") + frame(fin | 2, "ab"), "ab"},
        {"a character in fragments",
         frame(1, "\xc3") + frame(fin | 9, "!") + frame(fin | 0, "\xbc"), "\xc3\xbc"},
        {"bytes behind text", frame(fin | 1, "a") + frame(fin | 2, "\xff") + frame(fin | 1, "b"),
         "a\xff"
         "b"},
        {"a byte that spoils it",
         frame(fin | 1, "ab\xff"
                        "cd"),
         "ab", close_code::invalid_text},
        {"a character cut short", frame(fin | 1, "ab\xc3"), "ab\xc3", close_code::invalid_text},
        {"cut short by an empty fragment", frame(1, "\xc3") + frame(fin | 0, ""), "\xc3",
         close_code::invalid_text},
        {"nothing after a failure", frame(fin | 1, "\xff") + frame(fin | 2, "ab"), "",
         close_code::invalid_text},
    };
    for (const auto& r : table) {
        support::for_each_split(r.input, [&r](const auto& parts) {
            const auto got = decode(ws_role::server, parts, wsgate::text_frames::forward);
            EXPECT_EQ(got.payload, r.payload) << r.why << ", parts: " << parts.size();
            EXPECT_EQ(got.failure ? std::optional{got.failure->code} : std::nullopt, r.failure)
                << r.why;
            EXPECT_FALSE(got.dropped_text);
        });
    }
}

TEST(FrameDecoder, ReadsBase64WhereItMay) {
    const std::vector<row> table{
        {"messages", frame(fin | 1, "Zg==") + frame(fin | 1, "Zm9v"), "ffoo"},
        {"fragments", frame(1, "Zm") + frame(fin | 9, "!") + frame(0, "9") + frame(fin | 0, "v"),
         "foo"},
        {"an empty message", frame(fin | 1, "") + frame(fin | 1, "Zg=="), "f"},
        {"binary beside it", frame(fin | 2, "Zg==") + frame(fin | 1, "Zg=="), "Zg==f"},
        {"a message cut short", frame(fin | 1, "Zm9vZg"), "foof", close_code::invalid_text},
        {"a line break", frame(fin | 1, "Zm9v\nZg=="), "foo", close_code::invalid_text},
        {"nothing after a failure", frame(fin | 1, "!") + frame(fin | 1, "Zg=="), "",
         close_code::invalid_text},
    };
    for (const auto& r : table) {
        support::for_each_split(r.input, [&r](const auto& parts) {
            const auto got = decode(ws_role::server, parts, wsgate::text_frames::base64);
            EXPECT_EQ(got.payload, r.payload) << r.why << ", parts: " << parts.size();
            EXPECT_EQ(got.failure ? std::optional{got.failure->code} : std::nullopt, r.failure)
                << r.why;
        });
    }
}

TEST(FrameEncoder, WritesTheShortestHeader) {
    for (const std::size_t size : {0U, 1U, 125U, 126U, 65535U, 65536U, 100000U}) {
        const auto payload = pattern(size);
        for (const bool masked : {false, true}) {
            bytes header(wsgate::max_header_size);
            header.resize(
                wsgate::put_header(header, opcode::binary, size, masked ? &key : nullptr));
            EXPECT_EQ(header.size(),
                      wsgate::header_size(size, masked ? ws_role::client : ws_role::server));
            auto body = bytes_of(payload);
            if (masked) {
                wsgate::mask(body, key);
            }
            EXPECT_TRUE(header + body == frame(fin | 2, payload, masked)) << size;
        }
    }
}

TEST(FrameEncoder, WritesControlFrames) {
    EXPECT_EQ(wsgate::control_frame(opcode::ping, {}), frame(fin | 9, "", false));
    EXPECT_EQ(wsgate::control_frame(opcode::pong, bytes_of(pattern(125))),
              frame(fin | 10, pattern(125), false));
    EXPECT_EQ(wsgate::control_frame(opcode::ping, bytes_of("abc"), &key), frame(fin | 9, "abc"));
}

TEST(FrameEncoder, MakesClosePayloads) {
    using wsgate::close_payload;
    EXPECT_TRUE(close_payload(close_code::none, "unsaid").empty());
    EXPECT_EQ(text_of(close_payload(close_code::normal, "bye")), close_bytes(1000, "bye"));
    EXPECT_EQ(close_payload(close_code::normal, std::string(200, 'x')).size(), 125U);
    // Cut between characters: 61 of two bytes fit into 123.
    std::string umlauts;
    for (int i = 0; i < 100; ++i) {
        umlauts += "\xc3\xa4";
    }
    EXPECT_EQ(close_payload(close_code::normal, umlauts).size(), 2U + 122U);
}

TEST(FrameEncoder, TurnsAPayloadIntoFramesInPlace) {
    for (const std::size_t max_frame : {1U, 2U, 125U, 126U, 200U, 65535U, 65536U}) {
        const std::size_t buffer_size = max_frame < 1000 ? 4096 : 256 * 1024;
        const auto room = wsgate::frame_room::in(buffer_size, max_frame);
        ASSERT_GE(room.size, buffer_size / 4) << max_frame;
        ASSERT_EQ(room.gap + room.size, buffer_size);
        for (const std::size_t size : {std::size_t{1}, max_frame, max_frame + 1, 3 * max_frame + 7,
                                       room.size - 1, room.size}) {
            if (size > room.size) {
                continue;
            }
            const auto payload = pattern(size);
            bytes buffer(buffer_size);
            const auto raw = bytes_of(payload);
            std::copy(raw.begin(), raw.end(),
                      buffer.begin() + static_cast<std::ptrdiff_t>(room.gap));
            const auto out = wsgate::enframe(buffer, room, size, max_frame);
            bytes expected;
            for (std::size_t at = 0; at < size; at += max_frame) {
                const auto one = frame(fin | 2, payload.substr(at, max_frame), false);
                expected.insert(expected.end(), one.begin(), one.end());
            }
            EXPECT_TRUE(bytes(out.begin(), out.end()) == expected) << max_frame << " " << size;
        }
    }
}

TEST(FrameEncoder, MasksEachFrameOfAClientWithAKeyOfItsOwn) {
    static unsigned given;
    given = 0;
    const wsgate::key_source keys = [] {
        ++given;
        return wsgate::masking_key{std::byte{0x37}, std::byte{0xfa}, std::byte{0x21},
                                   static_cast<std::byte>(given)};
    };
    constexpr std::size_t max_frame = 200;
    for (const std::size_t size : {1U, 125U, 126U, 200U, 201U, 1000U}) {
        bytes buffer(4096);
        const auto room = wsgate::frame_room::in(buffer.size(), max_frame, ws_role::client);
        ASSERT_GE(room.size, size);
        const auto payload = bytes_of(pattern(size));
        std::copy(payload.begin(), payload.end(),
                  buffer.begin() + static_cast<std::ptrdiff_t>(room.gap));
        const auto before = given;
        const auto out = wsgate::enframe(buffer, room, size, max_frame, keys);
        const auto frames = (size + max_frame - 1) / max_frame;
        EXPECT_EQ(given - before, frames);
        EXPECT_TRUE(decode(ws_role::server, {out}).payload == pattern(size)) << size;
    }
    // The room is enough for what it promises, whatever the sizes.
    for (const std::size_t buffer_size : {300U, 500U, 4096U}) {
        bytes buffer(buffer_size);
        const auto room = wsgate::frame_room::in(buffer_size, max_frame, ws_role::client);
        const auto out = wsgate::enframe(buffer, room, room.size, max_frame, keys);
        EXPECT_LE(out.size(), buffer_size);
    }
}

TEST(Frames, SurviveARoundTripInBothDirections) {
    for (const bool to_server : {true, false}) {
        bytes wire;
        std::string sent;
        for (const std::size_t size : {1U, 125U, 126U, 5000U, 65536U}) {
            bytes header(wsgate::max_header_size);
            const auto* with = to_server ? &key : nullptr;
            header.resize(wsgate::put_header(header, opcode::binary, size, with));
            auto body = bytes_of(pattern(size));
            if (with != nullptr) {
                wsgate::mask(body, key);
            }
            wire = wire + header + body + wsgate::control_frame(opcode::ping, bytes_of("?"), with);
            sent += pattern(size);
        }
        for (const std::size_t piece : {1U, 3U, 1000U, 200000U}) {
            std::vector<std::span<const std::byte>> parts;
            for (std::size_t at = 0; at < wire.size(); at += piece) {
                parts.push_back(std::span(wire).subspan(at, std::min(piece, wire.size() - at)));
            }
            const auto got = decode(to_server ? ws_role::server : ws_role::client, parts);
            EXPECT_TRUE(got.payload == sent) << piece;
            EXPECT_FALSE(got.failure);
        }
    }
}

} // namespace frame_test
