// A WebSocket client for tests: raw bytes at will, its own reading of frames.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "tests/support/bytes.hpp"
#include "tests/support/tcp_client.hpp"

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

namespace support {

[[nodiscard]] inline std::string opening_request(const std::string& path,
                                                 const std::string& more = "") {
    return "GET " + path +
           " HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
           "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n" +
           more + "\r\n";
}

inline constexpr unsigned binary_frame = 0x82;
inline constexpr unsigned text_frame = 0x81;
inline constexpr unsigned close_frame = 0x88;
inline constexpr unsigned ping_frame = 0x89;
inline constexpr unsigned pong_frame = 0x8a;

/// As a client sends it; the key is fixed, since nobody is to be protected here.
[[nodiscard]] inline bytes masked_frame(unsigned first, std::string_view payload) {
    std::string head(1, static_cast<char>(first));
    const auto size = payload.size();
    const int count = size > 0xffff ? 8 : size > 125 ? 2 : 0;
    head += static_cast<char>(0x80U | (count == 8 ? 127U : count == 2 ? 126U : size));
    for (int shift = 8 * (count - 1); shift >= 0; shift -= 8) {
        head += static_cast<char>(size >> static_cast<unsigned>(shift) & 0xffU);
    }
    constexpr std::string_view key = "\x12\x34\x56\x78";
    head += key;
    const auto start = head.size();
    head += payload;
    for (std::size_t i = 0; i < size; ++i) {
        head[start + i] = static_cast<char>(head[start + i] ^ key[i % key.size()]);
    }
    return bytes_of(head);
}

[[nodiscard]] inline std::string close_text(unsigned code, std::string_view reason = "") {
    return std::string{static_cast<char>(code >> 8U), static_cast<char>(code & 0xffU)} +
           std::string{reason};
}

struct received_frame {
    unsigned first = 0;
    std::string payload;

    friend bool operator==(const received_frame&, const received_frame&) = default;

    friend std::ostream& operator<<(std::ostream& out, const received_frame& f) {
        return out << std::hex << f.first << " " << f.payload.substr(0, 60);
    }
};

/// `Stream` has send(bytes) and receive(size), as tcp_client.
template <class Stream>
class ws_peer {
public:
    explicit ws_peer(Stream stream) : stream_(std::move(stream)) {}

    /// Up to the empty line.
    [[nodiscard]] std::string read_head() {
        std::string head;
        while (!head.ends_with("\r\n\r\n")) {
            head += text_of(stream_.receive(1));
        }
        return head;
    }

    /// The answer's head; throws unless it is a 101.
    std::string open(const std::string& path, const std::string& more = "") {
        stream_.send(bytes_of(opening_request(path, more)));
        auto head = read_head();
        if (!head.starts_with("HTTP/1.1 101 Switching Protocols\r\n")) {
            throw std::runtime_error("no WebSocket: " + head);
        }
        return head;
    }

    void send(unsigned first, std::string_view payload) {
        stream_.send(masked_frame(first, payload));
    }

    /// Throws where it breaks a rule for servers: masked, reserved bits, not minimal, empty data.
    [[nodiscard]] received_frame receive() {
        const auto head = stream_.receive(2);
        received_frame f{std::to_integer<unsigned>(head[0]), {}};
        std::uint64_t size = std::to_integer<unsigned>(head[1]);
        const auto more = size == 127 ? 8U : size == 126 ? 2U : 0U;
        if (more > 0) {
            size = 0;
            for (const auto b : stream_.receive(more)) {
                size = size << 8U | std::to_integer<unsigned>(b);
            }
        }
        const bool minimal = more == 0 || size > (more == 2 ? 125U : 0xffffU);
        if ((f.first & 0xf0U) != 0x80U || (std::to_integer<unsigned>(head[1]) & 0x80U) != 0 ||
            !minimal || size > 65536 || (f.first == binary_frame && size == 0)) {
            throw std::runtime_error("a frame that no server may send");
        }
        f.payload = text_of(stream_.receive(size));
        return f;
    }

    /// The payload of the data frames until there are so many bytes.
    [[nodiscard]] std::string receive_data(std::size_t size) {
        std::string all;
        while (all.size() < size) {
            const auto f = receive();
            if (f.first != binary_frame) {
                throw std::runtime_error("not a data frame");
            }
            all += f.payload;
        }
        return all;
    }

    Stream& stream() { return stream_; }

private:
    Stream stream_;
};

using plain_peer = ws_peer<tcp_client>;

} // namespace support
