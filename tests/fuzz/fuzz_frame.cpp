// The frame codec: any cut means the same, nothing is out of place, what was encoded decodes.
// SPDX-License-Identifier: EUPL-1.2
#include "tests/fuzz/fuzz.hpp"
#include "wsgate/text/utf8.hpp"
#include "wsgate/ws/frame.hpp"

#include <algorithm>
#include <optional>
#include <vector>

namespace {

using bytes = std::vector<std::byte>;

/// What was heard, however it was cut.
struct heard {
    bytes payload;
    std::optional<wsgate::close_reason> close;
    std::optional<wsgate::close_reason> failure;
    bool ping = false;
    bool pong = false;
    bytes last_ping;
};

bool same(const std::optional<wsgate::close_reason>& a,
          const std::optional<wsgate::close_reason>& b) {
    return a.has_value() == b.has_value() && (!a || (a->code == b->code && a->text == b->text));
}

void feed(wsgate::frame_decoder& decoder, std::span<const std::byte> part, heard& all) {
    bytes buffer(part.begin(), part.end()); // exactly as large, so that a sanitizer sees the ends
    const auto d = decoder.decode(buffer);
    fuzz::require(d.payload <= buffer.size());
    all.payload.insert(all.payload.end(), buffer.begin(),
                       buffer.begin() + static_cast<std::ptrdiff_t>(d.payload));
    if (d.ping) {
        all.ping = true;
        all.last_ping.assign(d.ping->view().begin(), d.ping->view().end());
    }
    all.pong = all.pong || d.pong;
    fuzz::require(!(d.close && (all.close || all.failure)) && !(d.failure && all.failure));
    if (d.close) {
        fuzz::require(wsgate::is_utf8(d.close->text) && d.close->text.size() <= 123);
        all.close = d.close;
    }
    if (d.failure) {
        all.failure = d.failure;
    }
}

heard decode(wsgate::ws_role us, std::span<const std::byte> input, std::size_t step,
             wsgate::text_frames text = wsgate::text_frames::refuse) {
    wsgate::frame_decoder decoder(us, text);
    heard all;
    for (std::size_t at = 0; at < input.size(); at += step) {
        feed(decoder, input.subspan(at, std::min(step, input.size() - at)), all);
    }
    return all;
}

/// As a server sends it, to a client that hears it.
void send_back(const bytes& payload, std::size_t max_frame) {
    if (payload.empty()) {
        return;
    }
    bytes buffer(2 * payload.size() + 12 * (payload.size() / max_frame + 1) + 32);
    const auto room = wsgate::frame_room::in(buffer.size(), max_frame);
    if (payload.size() > room.size) {
        return;
    }
    std::copy(payload.begin(), payload.end(),
              buffer.begin() + static_cast<std::ptrdiff_t>(room.gap));
    const auto frames = wsgate::enframe(buffer, room, payload.size(), max_frame);
    const auto back = decode(wsgate::ws_role::client, frames, 7);
    fuzz::require(!back.failure && back.payload == payload);
}

} // namespace

// Input: the role, with what becomes of text, and a step, then the stream.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* input, std::size_t size) {
    if (size < 2) {
        return 0;
    }
    const auto us = input[0] % 2 == 0 ? wsgate::ws_role::server : wsgate::ws_role::client;
    const auto text = static_cast<wsgate::text_frames>(input[0] / 2 % 4);
    const std::size_t step = input[1] + std::size_t{1};
    const auto stream = fuzz::as_bytes(input, size).subspan(2);
    const auto whole = decode(us, stream, std::max<std::size_t>(stream.size(), 1), text);
    const auto parts = decode(us, stream, step, text);
    fuzz::require(whole.payload == parts.payload && whole.ping == parts.ping &&
                  whole.last_ping == parts.last_ping && whole.pong == parts.pong &&
                  same(whole.close, parts.close) && same(whole.failure, parts.failure));
    send_back(whole.payload, step);
    return 0;
}
