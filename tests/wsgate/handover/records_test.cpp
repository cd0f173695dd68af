// What one image of the gateway tells the next: fields, and decoders in the midst of a frame.
// SPDX-License-Identifier: EUPL-1.2
#include "tests/support/bytes.hpp"
#include "tests/support/record_rows.hpp"
#include "wsgate/handover/inheritance.hpp"
#include "wsgate/handover/records.hpp"

#include <gtest/gtest.h>

namespace gateway_records_test {

namespace {

using namespace wsgate;
using namespace std::chrono_literals;
using boost::asio::ip::make_address;
using support::bytes_of;
using bytes = std::vector<std::byte>;

moved_session session() {
    moved_session s;
    s.number = connection_number{7};
    s.peer = {make_address("192.0.2.7"), 4711};
    s.proxy = {{make_address("2001:db8::1"), 443}};
    s.client = make_address("198.51.100.1");
    s.request_id = "request";
    s.user = "anna";
    s.where = {"/wsServer", "server", visitor::server, {}};
    s.subprotocol = "binary";
    s.to.host = "desk.example";
    s.to.port = 5500;
    s.to.tls = true;
    s.to.proxy_header = bytes_of("PROXY");
    s.began = net::clock::time_point{8ns};
    s.state.summary.to_tcp = 9;
    s.state.summary.to_websocket = 10;
    s.state.summary.dropped_text = true;
    s.state.clock.pinged = net::clock::time_point{11ns};
    s.state.clock.moved = net::clock::time_point{12ns};
    return s;
}

ticket_ring::aged_key key() {
    ticket_ring::aged_key k;
    k.key.name.fill(1);
    k.key.cipher.fill(2);
    k.key.mac.fill(3);
    k.made = net::clock::time_point{4ns};
    return k;
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
        of("listener", moved_listener{moved_listener::use::managers, "server"}),
        of("ticket key", key()),
        of("session", session()),
        of("session without much", moved_session{}),
        of("summary", moved_summary{{"1", 2}, 3, 4}),
        of("numbers", moved_numbers{"viewer", {1, 2, 3}}),
    };
}

/// A decoder of a session that goes on elsewhere.
frame_decoder moved(const frame_decoder& d, text_frames text) {
    moved_session s;
    s.state.decoder = d;
    frame_decoder next(ws_role::server, text);
    next.go_on_from(read<moved_session>(fields_of(s)).value().state.decoder);
    return next;
}

/// All that is heard of some frames.
struct heard {
    bytes payload;
    std::size_t pings = 0;
    bool has_failed = false;

    void decode(frame_decoder& d, std::span<const std::byte> received) {
        bytes buffer(received.begin(), received.end());
        const auto got = d.decode(buffer);
        payload.insert(payload.end(), buffer.begin(),
                       buffer.begin() + static_cast<std::ptrdiff_t>(got.payload));
        pings += got.ping ? 1U : 0U;
        has_failed = has_failed || got.failure;
    }

    friend bool operator==(const heard&, const heard&) = default;
};

bytes frame_of(opcode code, std::string_view text, bool is_final = true) {
    constexpr masking_key key{std::byte{1}, std::byte{2}, std::byte{3}, std::byte{4}};
    auto payload = bytes_of(text);
    mask(payload, key);
    bytes all(max_header_size);
    all.resize(put_header(all, code, payload.size(), &key));
    if (!is_final) {
        all.front() &= std::byte{0x7f};
    }
    all.insert(all.end(), payload.begin(), payload.end());
    return all;
}

/// In fragments, with a ping between them.
bytes message(opcode code, std::string_view first, std::string_view second) {
    return support::joined({frame_of(code, first, false), frame_of(opcode::ping, "are you there?"),
                            frame_of(opcode::continuation, second),
                            frame_of(opcode::binary, std::string(300, 'x'))});
}

} // namespace

TEST(GatewayRecords, AreReadAsTheyWereWritten) {
    support::expect_read_as_written(rows());
}

TEST(GatewayRecords, AreReadAlsoWhereALaterVersionHasMoreFields) {
    support::expect_read_with_more_fields(rows());
}

TEST(GatewayRecords, ThatAreCutOrChangedAreReadAsAnotherOrNotAtAll) {
    support::read_cut_and_changed(rows());
}

TEST(GatewayRecords, MoveADecoderInTheMidstOfAFrameWhereverThatIs) {
    struct {
        text_frames text;
        bytes frames;
    } const table[] = {
        {text_frames::refuse, message(opcode::binary, "abc", "defgh")},
        {text_frames::forward, message(opcode::text, "gr\xc3", "\xbc\xc3\x9f e")},
        {text_frames::base64, message(opcode::text, "YWJ", "jZA==")},
        {text_frames::refuse, message(opcode::text, "no", "text")},
    };

    for (const auto& [text, frames] : table) {
        heard whole;
        frame_decoder unmoved(ws_role::server, text);
        whole.decode(unmoved, frames);
        for (std::size_t cut = 0; cut <= frames.size(); ++cut) {
            heard parts;
            frame_decoder before(ws_role::server, text);
            parts.decode(before, std::span(frames).first(cut));
            auto after = moved(before, text);
            parts.decode(after, std::span(frames).subspan(cut));
            EXPECT_EQ(parts, whole) << static_cast<int>(text) << " cut at " << cut;
        }
    }
}

TEST(GatewayRecords, OfADecoderThatIsNeverInThatStateAreRefused) {
    const auto table = {
        frame_of(opcode::binary, std::string(300, 'x')),
        frame_of(opcode::ping, "are you there?"),
    };
    for (const auto& frame : table) {
        for (std::size_t cut = 0; cut < frame.size(); ++cut) {
            moved_session good;
            heard nothing;
            nothing.decode(good.state.decoder, std::span(frame).first(cut));
            const auto fields = fields_of(good);
            for (std::size_t at = 0; at < fields.size(); ++at) {
                auto changed = fields;
                changed[at] ^= std::byte{0xff};
                if (const auto got = read<moved_session>(changed)) {
                    auto decoder = got->state.decoder;
                    bytes more(400, std::byte{0x81});
                    (void)decoder.decode(more); // within its bounds, as a sanitizer sees
                }
            }
        }
    }
}

TEST(GatewayRecords, OfKeptNumbersBelongToTheirRoute) {
    metric_counts counts;
    add(counts, {"", {1, 2}});
    add(counts, {"viewer", {3}});
    EXPECT_EQ(counts.of_all, (std::vector<std::uint64_t>{1, 2}));
    EXPECT_EQ(counts.of_routes.at("viewer"), (std::vector<std::uint64_t>{3}));
}

} // namespace gateway_records_test
