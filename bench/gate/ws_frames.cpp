// WebSocket frames as a client writes and reads them (RFC 6455 5.2).
// SPDX-License-Identifier: EUPL-1.2
#include "bench/gate/ws_frames.hpp"

#include <algorithm>
#include <array>
#include <cstring>

namespace bench {

namespace {

constexpr std::byte final_binary{0x82};
constexpr std::byte final_close{0x88};
constexpr std::byte opcode_bits{0x0f};
constexpr std::size_t mask_bit = 0x80;
constexpr std::size_t length_16 = 126;
constexpr std::size_t length_64 = 127;
constexpr std::array normal{std::byte{0x03}, std::byte{0xe8}}; // what a Close says

void append_number(std::vector<std::byte>& out, std::uint64_t value, int bytes) {
    for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) {
        out.push_back(static_cast<std::byte>(value >> static_cast<unsigned>(shift) & 0xffU));
    }
}

void append_header(std::vector<std::byte>& wire, std::byte first, std::size_t mask,
                   std::size_t size) {
    const int more = size > 0xffff ? 8 : size > 125 ? 2 : 0;
    wire.push_back(first);
    append_number(wire, mask | (more == 8 ? length_64 : more == 2 ? length_16 : size), 1);
    append_number(wire, size, more);
}

void append_frame(std::vector<std::byte>& wire, std::byte first, std::span<const std::byte> payload,
                  std::uint32_t key) {
    const auto size = payload.size();
    append_header(wire, first, mask_bit, size);
    append_number(wire, key, 4);
    std::array<std::byte, 4> bytes{};
    std::copy_n(wire.end() - 4, 4, bytes.begin());
    const auto start = wire.size();
    wire.resize(start + size);
    for (std::size_t i = 0; i < size; ++i) {
        wire[start + i] = payload[i] ^ bytes[i % bytes.size()];
    }
}

} // namespace

void append_masked(std::vector<std::byte>& wire, std::span<const std::byte> payload,
                   std::uint32_t key) {
    append_frame(wire, final_binary, payload, key);
}

void append_unmasked(std::vector<std::byte>& wire, std::span<const std::byte> payload) {
    append_header(wire, final_binary, 0, payload.size());
    wire.insert(wire.end(), payload.begin(), payload.end());
}

std::vector<std::byte> unmasked_close() {
    std::vector<std::byte> wire;
    append_header(wire, final_close, 0, normal.size());
    wire.insert(wire.end(), normal.begin(), normal.end());
    return wire;
}

std::vector<std::byte> masked_close() {
    std::vector<std::byte> wire;
    append_frame(wire, final_close, normal, 0x12345678);
    return wire;
}

std::span<const std::byte> frame_reader::payload_of(std::span<std::byte> received) {
    auto* const begin = received.data();
    auto* to = begin;
    while (!received.empty()) {
        if (left_ == 0) {
            take_header(received.front());
            received = received.subspan(1);
            continue;
        }
        const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(left_, received.size()));
        if (is_data_) {
            unmask(received.first(size));
            std::memmove(to, received.data(), size);
            to += size;
        }
        received = received.subspan(size);
        left_ -= size;
    }
    return {begin, to};
}

void frame_reader::unmask(std::span<std::byte> payload) {
    if (key_ == std::array<std::byte, 4>{}) {
        return;
    }
    for (auto& each : payload) {
        each ^= key_[key_at_++ % key_.size()];
    }
}

void frame_reader::take_header(std::byte next) {
    header_.push_back(next);
    if (header_.size() < 2) {
        return;
    }
    const auto second = std::to_integer<std::size_t>(header_[1]);
    const auto length = second & ~mask_bit;
    const std::size_t more = length == length_64 ? 8 : length == length_16 ? 2 : 0;
    const std::size_t key_size = (second & mask_bit) != 0 ? key_.size() : 0;
    if (header_.size() < 2 + more + key_size) {
        return;
    }
    key_ = {};
    std::copy_n(header_.end() - static_cast<std::ptrdiff_t>(key_size), key_size, key_.begin());
    key_at_ = 0;
    left_ = more == 0 ? length : 0;
    for (std::size_t i = 0; i < more; ++i) {
        left_ = left_ << 8U | std::to_integer<std::uint64_t>(header_[2 + i]);
    }
    const auto opcode = header_[0] & opcode_bits;
    is_data_ = opcode <= std::byte{0x02};
    closed_ = closed_ || opcode == std::byte{0x08};
    header_.clear();
}

} // namespace bench
