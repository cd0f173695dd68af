// WebSocket frames, as a server reads and writes them.
// SPDX-License-Identifier: EUPL-1.2
#include "bench/limit/frames.hpp"

#include <algorithm>
#include <cstring>

namespace bench::limit {

namespace {

constexpr std::byte opcode_bits{0x0f};
constexpr std::byte length_bits{0x7f};
constexpr std::byte close_opcode{0x08};
constexpr std::byte final_binary{0x82};
constexpr std::size_t length_16 = 126;
constexpr std::size_t length_64 = 127;
constexpr std::size_t key_size = 4;

std::uint64_t read_number(const std::byte* from, std::size_t bytes) {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < bytes; ++i) {
        value = value << 8U | std::to_integer<std::uint64_t>(from[i]);
    }
    return value;
}

void write_number(std::byte* to, std::uint64_t value, std::size_t bytes) {
    for (std::size_t i = bytes; i > 0; --i, value >>= 8U) {
        to[i - 1] = static_cast<std::byte>(value & 0xffU);
    }
}

std::size_t length_bytes(std::size_t seven_bits) {
    return seven_bits == length_64 ? 8 : seven_bits == length_16 ? 2 : 0;
}

// `to` lies at or before `from`: each word is read before anything that follows is written.
void unmask(std::byte* to, const std::byte* from, std::size_t size,
            const std::array<std::byte, 8>& key) {
    std::uint64_t key_word = 0;
    std::memcpy(&key_word, key.data(), sizeof key_word);
    std::size_t i = 0;
    for (; i + sizeof key_word <= size; i += sizeof key_word) {
        std::uint64_t word = 0;
        std::memcpy(&word, from + i, sizeof word);
        word ^= key_word;
        std::memcpy(to + i, &word, sizeof word);
    }
    for (; i < size; ++i) {
        to[i] = from[i] ^ key[i % key.size()];
    }
}

} // namespace

std::span<std::byte> frame_decoder::decode(std::span<std::byte> received) {
    auto* const begin = received.data();
    auto* to = begin;
    while (!received.empty() && !closed_) {
        if (left_ == 0) {
            received = received.subspan(take_header(received));
            continue;
        }
        const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(left_, received.size()));
        if (is_data_) {
            unmask(to, received.data(), size, key_);
            to += size;
        }
        left_ -= size;
        std::rotate(key_.begin(), key_.begin() + size % key_size, key_.end());
        received = received.subspan(size);
    }
    return {begin, to};
}

std::size_t frame_decoder::header_size() const {
    if (header_filled_ < 2) {
        return 2;
    }
    return 2 + length_bytes(std::to_integer<std::size_t>(header_[1] & length_bits)) + key_size;
}

std::size_t frame_decoder::take_header(std::span<const std::byte> bytes) {
    const auto wanted = header_size();
    const auto size = std::min(wanted - header_filled_, bytes.size());
    std::memcpy(header_.data() + header_filled_, bytes.data(), size);
    header_filled_ += size;
    if (header_filled_ == header_size()) {
        begin_frame();
    }
    return size;
}

void frame_decoder::begin_frame() {
    const auto seven_bits = std::to_integer<std::size_t>(header_[1] & length_bits);
    const auto more = length_bytes(seven_bits);
    left_ = more == 0 ? seven_bits : read_number(header_.data() + 2, more);
    std::memcpy(key_.data(), header_.data() + 2 + more, key_size);
    std::memcpy(key_.data() + key_size, key_.data(), key_size);
    const auto opcode = header_[0] & opcode_bits;
    is_data_ = opcode < close_opcode;
    closed_ = opcode == close_opcode;
    header_filled_ = 0;
}

std::span<const std::byte> framed(std::span<std::byte> payload) {
    const auto size = payload.size();
    const std::size_t more = size > 0xffff ? 8 : size >= length_16 ? 2 : 0;
    auto* const start = payload.data() - 2 - more;
    start[0] = final_binary;
    start[1] = static_cast<std::byte>(more == 8 ? length_64 : more == 2 ? length_16 : size);
    write_number(start + 2, size, more);
    return {start, 2 + more + size};
}

std::span<const std::byte> close_frame() {
    static constexpr std::array normal{std::byte{0x88}, std::byte{0x02}, std::byte{0x03},
                                       std::byte{0xe8}};
    return normal;
}

} // namespace bench::limit
