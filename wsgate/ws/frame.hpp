// WebSocket frames (RFC 6455 5) without I/O: a streaming decoder and an encoder.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "wsgate/text/base64_reader.hpp"
#include "wsgate/text/utf8.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

namespace wsgate {

/// Which end of the WebSocket we are: clients mask what they send, servers do not.
enum class ws_role { server, client };

enum class opcode : std::uint8_t {
    continuation = 0x0,
    text = 0x1,
    binary = 0x2,
    close = 0x8,
    ping = 0x9,
    pong = 0xa,
};

/// The codes of Close frames that we use (RFC 6455 7.4). A peer's frame may carry others. `none`: a
/// Close without a code.
enum class close_code : std::uint16_t {
    normal = 1000,
    going_away = 1001,
    protocol_error = 1002,
    unsupported_data = 1003,
    none = 1005,
    abnormal = 1006, ///< never on the wire: the connection ended without a Close
    invalid_text = 1007,
    internal_error = 1011,
};

struct close_reason {
    close_code code = close_code::none;
    std::string text; ///< UTF-8, at most 123 bytes
};

inline constexpr std::size_t max_control_payload = 125;
inline constexpr std::size_t max_header_size = 14; ///< with a mask; 10 without

struct control_payload {
    std::array<std::byte, max_control_payload> bytes;
    std::size_t size = 0;

    [[nodiscard]] std::span<const std::byte> view() const { return std::span(bytes).first(size); }
};

using masking_key = std::array<std::byte, 4>;

/// Makes the key of a frame that a WebSocket client sends; a new one for each frame, which nobody
/// can predict, except in tests (RFC 6455 10.3).
using key_source = masking_key (*)();

/// What becomes of text frames that arrive; VNC itself is binary.
enum class text_frames {
    refuse,  ///< the session ends with 1003
    drop,    ///< they are ignored, for servers that send status texts
    forward, ///< their UTF-8 is data like any other; else 1007
    base64,  ///< each message is data in base64; else 1007
};

/// What received bytes meant.
struct decoded {
    std::size_t payload = 0;             ///< of data frames; now at the buffer's front
    std::size_t frames = 0;              ///< that came to their end
    std::optional<control_payload> ping; ///< the newest; older ones need no pong
    bool pong = false;
    bool dropped_text = false;
    std::optional<close_reason> close;   ///< the peer's
    std::optional<close_reason> failure; ///< the peer broke the protocol: close with this
};

/// Reads frames as they arrive, however they are cut. Keeps at most a header and the payload of one
/// control frame, never data, so frames of any length are taken. Where messages begin and end means
/// nothing here: payload is one stream of bytes. After a Close or a failure everything else is
/// ignored.
class frame_decoder {
public:
    explicit frame_decoder(ws_role us, text_frames text = text_frames::refuse)
        : us_(us), text_(text) {}

    /// Unmasks the payload and moves it to the front of the buffer:
    ///   in   | header | payload | header | ping | header | payload |
    ///   out  | payload | payload | (rubbish)                       |
    [[nodiscard]] decoded decode(std::span<std::byte> received);

    /// Goes on where another one stopped, which may have been made for another role.
    void go_on_from(const frame_decoder& other) {
        const auto [us, text] = std::pair{us_, text_};
        *this = other;
        std::tie(us_, text_) = std::tie(us, text);
    }

    /// Whether a decoder can be in this state between two calls; one whose memory has come from
    /// elsewhere need not be.
    [[nodiscard]] bool is_sound() const;

    /// Shows all that it remembers beside its role, as `v(value)` or `v(value, most)`; `v` may
    /// change it.
    template <class Visitor>
    void show_memory(Visitor& v) {
        for (auto* const each : {&finished_, &in_message_, &in_text_, &in_payload_}) {
            v(*each);
        }
        utf8_.show_memory(v);
        base64_.show_memory(v);
        v(header_);
        v(header_size_, max_header_size);
        v(left_);
        v(key_);
        v(control_.bytes);
        v(control_.size, max_control_payload);
    }

private:
    [[nodiscard]] std::size_t take_header(std::span<const std::byte>);
    [[nodiscard]] std::size_t header_length() const;
    [[nodiscard]] std::optional<close_reason> check_start() const;
    [[nodiscard]] std::optional<close_reason> begin_frame();
    void end_frame(decoded&);
    void read_close(decoded&) const;
    [[nodiscard]] std::size_t take_data(decoded&, std::span<std::byte>);
    [[nodiscard]] bool is_control() const;

    [[nodiscard]] bool is(text_frames what) const { return in_text_ && text_ == what; }

    ws_role us_;
    text_frames text_;
    bool finished_ = false;
    bool in_message_ = false; ///< a fragment has come, its last one has not
    bool in_text_ = false;    ///< the current message, or the last one, is text
    utf8_reader utf8_;        ///< checks it, where text is forwarded
    base64_reader base64_;    ///< decodes it, where text is base64
    bool in_payload_ = false;
    std::array<std::byte, max_header_size> header_{};
    std::size_t header_size_ = 0; ///< bytes of header_ that have come
    std::uint64_t left_ = 0;      ///< of the payload
    masking_key key_{};           ///< rotated so that its first byte is for the next byte
    control_payload control_{};
};

[[nodiscard]] std::size_t header_size(std::uint64_t payload, ws_role us);

/// Writes the header of a final frame to the front of `out`; returns its size. Clients pass a key.
std::size_t put_header(std::span<std::byte> out, opcode, std::uint64_t payload,
                       const masking_key* key = nullptr);

/// Applies the key (RFC 6455 5.3); applying it again undoes that.
void mask(std::span<std::byte> payload, const masking_key& key);

/// Makes a control frame. Clients pass a key.
[[nodiscard]] std::vector<std::byte> control_frame(opcode, std::span<const std::byte> payload,
                                                   const masking_key* key = nullptr);

/// Makes a final frame of text without a mask, as a server sends it.
[[nodiscard]] std::vector<std::byte> text_frame(std::string_view);

/// The payload of a Close: empty where the code is `none`. A text that is too long is cut between
/// characters.
[[nodiscard]] std::vector<std::byte> close_payload(close_code, std::string_view text);

/// How payload lies in a buffer so that it becomes frames without a copy: `gap` bytes of room for
/// headers, then at most `size` bytes of payload.
struct frame_room {
    std::size_t gap = 0;
    std::size_t size = 0;

    /// For frames of at most `max_frame` bytes each. `buffer` is larger than one of these.
    [[nodiscard]] static frame_room in(std::size_t buffer, std::size_t max_frame,
                                       ws_role us = ws_role::server);
};

/// Turns the `payload` bytes (at least one) behind the gap into binary frames, a client's where
/// there are keys. The result begins within the gap. Only a payload of several frames is moved.
[[nodiscard]] std::span<std::byte> enframe(std::span<std::byte> buffer, frame_room,
                                           std::size_t payload, std::size_t max_frame,
                                           key_source keys = nullptr);

} // namespace wsgate
