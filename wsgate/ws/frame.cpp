// Decodes frames in one pass over what was received; encodes by putting headers before payload in
// place.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/ws/frame.hpp"

#include "wsgate/text/utf8.hpp"

#include <algorithm>
#include <cassert>
#include <cstring>

namespace wsgate {

namespace {

constexpr std::uint8_t final_bit = 0x80;
constexpr std::uint8_t reserved_bits = 0x70;
constexpr std::uint8_t opcode_bits = 0x0f;
constexpr std::uint8_t control_bit = 0x08;
constexpr std::uint8_t mask_bit = 0x80;
constexpr std::uint8_t length_bits = 0x7f;
constexpr std::uint8_t length_16 = 126; // the length follows in 2 bytes
constexpr std::uint8_t length_64 = 127; // the length follows in 8 bytes

/// Copies the bytes and applies the key, 32 bytes at a time, since this touches every byte that is
/// relayed. `to` may lie before `from` in the same buffer: every block is loaded before it is
/// stored. Rotates the key, so that the next call goes on in the middle of a frame.
void unmask(std::byte* to, const std::byte* from, std::size_t size, masking_key& key) {
    std::array<masking_key, 2> twice{key, key};
    std::uint64_t pattern = 0;
    std::memcpy(&pattern, twice.data(), sizeof pattern);
    using block = std::array<std::uint64_t, 4>;
    std::size_t done = 0;
    for (; size - done >= sizeof(block); done += sizeof(block)) {
        block words;
        std::memcpy(words.data(), from + done, sizeof words);
        for (auto& word : words) {
            word ^= pattern;
        }
        std::memcpy(to + done, words.data(), sizeof words);
    }
    for (; done < size; ++done) {
        to[done] = from[done] ^ key[done % key.size()];
    }
    std::rotate(key.begin(), key.begin() + static_cast<std::ptrdiff_t>(size % key.size()),
                key.end());
}

std::uint64_t big_endian(std::span<const std::byte> bytes) {
    std::uint64_t value = 0;
    for (const auto byte : bytes) {
        value = value << 8U | std::to_integer<std::uint64_t>(byte);
    }
    return value;
}

void put_big_endian(std::span<std::byte> out, std::uint64_t value) {
    for (auto i = out.size(); i > 0; --i, value >>= 8U) {
        out[i - 1] = static_cast<std::byte>(value & 0xffU);
    }
}

bool is_known(std::uint8_t code) {
    return code <= static_cast<std::uint8_t>(opcode::binary) ||
           (code >= static_cast<std::uint8_t>(opcode::close) &&
            code <= static_cast<std::uint8_t>(opcode::pong));
}

/// Whether a peer may send this code in a Close (RFC 6455 7.4; IANA added 1012 to 1014 later).
bool may_be_sent(std::uint64_t code) {
    return (code >= 1000 && code <= 1014 && code != 1004 && code != 1005 && code != 1006) ||
           (code >= 3000 && code <= 4999);
}

close_reason broken(const char* how) {
    return {close_code::protocol_error, how};
}

close_reason no_utf8() {
    return {close_code::invalid_text, "text is not UTF-8"};
}

close_reason no_base64() {
    return {close_code::invalid_text, "text is not base64"};
}

std::string_view as_text(std::span<const std::byte> bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; // NOLINT: bytes as chars
}

} // namespace

decoded frame_decoder::decode(std::span<std::byte> received) {
    decoded out;
    std::byte* to = received.data();
    while (!received.empty() && !finished_) {
        if (!in_payload_) {
            received = received.subspan(take_header(received));
            out.failure = header_size_ >= 2 ? check_start() : std::nullopt;
            if (!out.failure && header_size_ == header_length()) {
                out.failure = begin_frame();
                out.dropped_text = out.dropped_text || is(text_frames::drop);
            }
            finished_ = out.failure.has_value();
            if (in_payload_ && left_ == 0) {
                end_frame(out);
            }
            continue;
        }
        const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(left_, received.size()));
        std::byte* const place = is_control() ? control_.bytes.data() + control_.size : to;
        if (us_ == ws_role::server) {
            unmask(place, received.data(), size, key_);
        } else {
            std::memmove(place, received.data(), size);
        }
        if (is_control()) {
            control_.size += size;
        } else {
            to += take_data(out, std::span(place, size));
        }
        received = received.subspan(size);
        left_ -= size;
        if (left_ == 0 && !finished_) {
            end_frame(out);
        }
    }
    return out;
}

/// Handles payload of a data frame. Returns how many bytes of it are kept as data; what follows is
/// moved up to these.
std::size_t frame_decoder::take_data(decoded& out, std::span<std::byte> payload) {
    auto size = payload.size();
    if (is(text_frames::drop)) {
        size = 0;
    } else if (is(text_frames::forward)) {
        size = utf8_.read(as_text(payload));
        if (size < payload.size()) {
            out.failure = no_utf8();
        }
    } else if (is(text_frames::base64)) {
        const auto got = base64_.read(payload);
        size = got.size;
        if (!got.good) {
            out.failure = no_base64();
        }
    }
    finished_ = out.failure.has_value();
    out.payload += size;
    return size;
}

/// Adds received bytes to the header; returns how many belonged to it.
std::size_t frame_decoder::take_header(std::span<const std::byte> bytes) {
    std::size_t taken = 0;
    // The first two bytes tell how long the header is.
    while (taken < bytes.size() && header_size_ < header_length()) {
        const auto size = std::min(bytes.size() - taken, header_length() - header_size_);
        std::memcpy(header_.data() + header_size_, bytes.data() + taken, size);
        header_size_ += size;
        taken += size;
    }
    return taken;
}

std::size_t frame_decoder::header_length() const {
    if (header_size_ < 2) {
        return 2;
    }
    const auto length = std::to_integer<std::uint8_t>(header_[1]) & length_bits;
    return 2U +
           (length == length_64   ? 8U
            : length == length_16 ? 2U
                                  : 0U) +
           (us_ == ws_role::server ? key_.size() : 0U);
}

/// What is wrong with the first two bytes of a header; nothing where they are good.
std::optional<close_reason> frame_decoder::check_start() const {
    const auto first = std::to_integer<std::uint8_t>(header_[0]);
    const auto second = std::to_integer<std::uint8_t>(header_[1]);
    const auto code = static_cast<std::uint8_t>(first & opcode_bits);
    if ((first & reserved_bits) != 0) {
        return broken("reserved bits");
    }
    if (!is_known(code)) {
        return broken("unknown opcode");
    }
    if (((second & mask_bit) != 0) != (us_ == ws_role::server)) {
        return broken(us_ == ws_role::server ? "frame without mask" : "frame with mask");
    }
    if ((code & control_bit) != 0) {
        if ((first & final_bit) == 0) {
            return broken("fragmented control frame");
        }
        if ((second & length_bits) > max_control_payload) {
            return broken("control frame too long");
        }
        return std::nullopt;
    }
    if ((static_cast<opcode>(code) == opcode::continuation) != in_message_) {
        return broken(in_message_ ? "message within a message" : "continuation of nothing");
    }
    if (static_cast<opcode>(code) == opcode::text && text_ == text_frames::refuse) {
        return close_reason{close_code::unsupported_data, "only binary frames are accepted"};
    }
    return std::nullopt;
}

/// Takes over what a whole header says. Returns what is wrong with it; nothing where it is good.
std::optional<close_reason> frame_decoder::begin_frame() {
    const auto keys = us_ == ws_role::server ? key_.size() : 0U;
    const auto extended = std::span(header_).subspan(2, header_size_ - 2 - keys);
    left_ = std::to_integer<std::uint8_t>(header_[1]) & length_bits;
    if (!extended.empty()) {
        left_ = big_endian(extended);
        if (left_ >> 63U != 0) {
            return broken("length out of range");
        }
        if (left_ <= (extended.size() == 2 ? max_control_payload : std::size_t{0xffff})) {
            return broken("length not minimal");
        }
    }
    std::copy_n(header_.begin() + static_cast<std::ptrdiff_t>(header_size_ - keys), keys,
                key_.begin());
    const auto code = static_cast<opcode>(std::to_integer<std::uint8_t>(header_[0]) & opcode_bits);
    // Control frames and continuations say nothing of the message's kind.
    if (code == opcode::text || code == opcode::binary) {
        in_text_ = code == opcode::text;
        utf8_ = {};
        base64_ = {};
    }
    in_payload_ = true;
    control_.size = 0;
    return std::nullopt;
}

bool frame_decoder::is_sound() const {
    if (finished_) { // it decodes no more
        return true;
    }
    if (!in_payload_) {
        return header_size_ < header_length();
    }
    const bool fits = !is_control() || control_.size + left_ <= max_control_payload;
    return header_size_ == header_length() && left_ > 0 && left_ >> 63U == 0 && fits;
}

bool frame_decoder::is_control() const {
    return (std::to_integer<std::uint8_t>(header_[0]) & control_bit) != 0;
}

void frame_decoder::end_frame(decoded& out) {
    const auto first = std::to_integer<std::uint8_t>(header_[0]);
    in_payload_ = false;
    header_size_ = 0;
    ++out.frames;
    switch (static_cast<opcode>(first & opcode_bits)) {
    case opcode::ping:
        out.ping = control_;
        break;
    case opcode::pong:
        out.pong = true;
        break;
    case opcode::close:
        read_close(out);
        finished_ = true;
        break;
    default:
        in_message_ = (first & final_bit) == 0;
        if (!in_message_ && is(text_frames::forward) && !utf8_.is_whole()) {
            out.failure = no_utf8();
        } else if (!in_message_ && is(text_frames::base64) && !base64_.is_whole()) {
            out.failure = no_base64();
        }
        finished_ = out.failure.has_value();
        break;
    }
}

void frame_decoder::read_close(decoded& out) const {
    const auto bytes = control_.view();
    if (bytes.empty()) {
        out.close = close_reason{};
        return;
    }
    const auto code = bytes.size() < 2 ? 0 : big_endian(bytes.first(2));
    if (!may_be_sent(code)) {
        out.failure = broken("bad close code");
        return;
    }
    const auto text = as_text(bytes.subspan(2));
    if (!is_utf8(text)) {
        out.failure = close_reason{close_code::invalid_text, "close reason is not UTF-8"};
        return;
    }
    out.close = close_reason{static_cast<close_code>(code), std::string{text}};
}

std::size_t header_size(std::uint64_t payload, ws_role us) {
    const std::size_t extended = payload > 0xffff ? 8 : payload > max_control_payload ? 2 : 0;
    return 2 + extended + (us == ws_role::client ? masking_key{}.size() : 0);
}

std::size_t put_header(std::span<std::byte> out, opcode code, std::uint64_t payload,
                       const masking_key* key) {
    const auto size = header_size(payload, key == nullptr ? ws_role::server : ws_role::client);
    const auto keys = key == nullptr ? 0 : key->size();
    const auto extended = out.subspan(2, size - 2 - keys);
    const auto length = extended.empty()       ? static_cast<std::uint8_t>(payload)
                        : extended.size() == 2 ? length_16
                                               : length_64;
    out[0] = static_cast<std::byte>(final_bit | static_cast<std::uint8_t>(code));
    out[1] = static_cast<std::byte>(length | (key == nullptr ? 0 : mask_bit));
    put_big_endian(extended, payload);
    if (key != nullptr) {
        std::copy(key->begin(), key->end(), out.begin() + static_cast<std::ptrdiff_t>(size - keys));
    }
    return size;
}

void mask(std::span<std::byte> payload, const masking_key& key) {
    auto turning = key;
    unmask(payload.data(), payload.data(), payload.size(), turning);
}

std::vector<std::byte> control_frame(opcode code, std::span<const std::byte> payload,
                                     const masking_key* key) {
    assert(payload.size() <= max_control_payload);
    std::vector<std::byte> frame(max_header_size);
    frame.resize(put_header(frame, code, payload.size(), key));
    const auto start = frame.size();
    frame.insert(frame.end(), payload.begin(), payload.end());
    if (key != nullptr) {
        mask(std::span(frame).subspan(start), *key);
    }
    return frame;
}

std::vector<std::byte> text_frame(std::string_view text) {
    std::vector<std::byte> frame(max_header_size);
    frame.resize(put_header(frame, opcode::text, text.size()));
    const auto bytes = std::as_bytes(std::span(text));
    frame.insert(frame.end(), bytes.begin(), bytes.end());
    return frame;
}

std::vector<std::byte> close_payload(close_code code, std::string_view text) {
    if (code == close_code::none) {
        return {};
    }
    std::vector<std::byte> payload(2);
    put_big_endian(payload, static_cast<std::uint16_t>(code));
    text = text.substr(0, max_control_payload - payload.size());
    while (!is_utf8(text)) {
        text.remove_suffix(1);
    }
    const auto bytes = std::as_bytes(std::span(text));
    payload.insert(payload.end(), bytes.begin(), bytes.end());
    return payload;
}

frame_room frame_room::in(std::size_t buffer, std::size_t max_frame, ws_role us) {
    const auto header = header_size(max_frame, us);
    const auto whole = buffer / (max_frame + header);
    const auto rest = buffer % (max_frame + header);
    const auto size = whole * max_frame + (rest > header ? rest - header : 0);
    return {buffer - size, size};
}

std::span<std::byte> enframe(std::span<std::byte> buffer, frame_room room, std::size_t payload,
                             std::size_t max_frame, key_source keys) {
    assert(payload > 0 && payload <= room.size);
    const auto us = keys == nullptr ? ws_role::server : ws_role::client;
    const auto full = (payload - 1) / max_frame; // frames before the last
    const auto last = payload - full * max_frame;
    const auto headers = full * header_size(max_frame, us) + header_size(last, us);
    // Headers go into the gap, so every piece of payload moves towards the front or stays, and none
    // is overwritten before it has moved:
    //   | gap ....... |   payload 1   |   payload 2   |
    //   | gap .. | h1 |   payload 1   | h2 | payload 2 |
    const auto start = room.gap - headers;
    auto to = start;
    for (auto from = room.gap; from < room.gap + payload;) {
        const auto size = std::min(max_frame, room.gap + payload - from);
        const auto key = keys == nullptr ? masking_key{} : keys();
        to +=
            put_header(buffer.subspan(to), opcode::binary, size, keys == nullptr ? nullptr : &key);
        if (to != from) {
            std::memmove(buffer.data() + to, buffer.data() + from, size);
        }
        if (keys != nullptr) {
            mask(buffer.subspan(to, size), key);
        }
        to += size;
        from += size;
    }
    return buffer.subspan(start, headers + payload);
}

} // namespace wsgate
