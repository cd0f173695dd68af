// Big-endian numbers in byte buffers.                                      RFC 6143 7
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

namespace rfb {

/// Reads from the front of a buffer that may not be full yet. A call takes all it asks for, or
/// takes nothing and returns nullopt: more bytes are needed. The buffer must outlive the reader.
class byte_reader {
public:
    explicit byte_reader(std::span<const std::byte> bytes) : all_(bytes) {}

    [[nodiscard]] std::optional<std::uint8_t> u8() { return number<std::uint8_t>(); }

    [[nodiscard]] std::optional<std::uint16_t> u16() { return number<std::uint16_t>(); }

    [[nodiscard]] std::optional<std::uint32_t> u32() { return number<std::uint32_t>(); }

    [[nodiscard]] std::optional<std::span<const std::byte>> take(std::size_t count) {
        if (count > all_.size() - consumed_) {
            return std::nullopt;
        }
        const auto taken = all_.subspan(consumed_, count);
        consumed_ += count;
        return taken;
    }

    [[nodiscard]] std::size_t consumed() const { return consumed_; }

private:
    template <std::unsigned_integral T>
    std::optional<T> number() {
        const auto bytes = take(sizeof(T));
        if (!bytes) {
            return std::nullopt;
        }
        std::uint32_t value = 0;
        for (const std::byte b : *bytes) {
            value = (value << 8U) | std::to_integer<std::uint32_t>(b);
        }
        return static_cast<T>(value);
    }

    std::span<const std::byte> all_;
    std::size_t consumed_ = 0;
};

/// Writes to the front of a buffer. A call writes all of its value, or nothing and returns false:
/// more room is needed. The buffer must outlive the writer.
class byte_writer {
public:
    explicit byte_writer(std::span<std::byte> room) : room_(room) {}

    [[nodiscard]] bool u8(std::uint8_t value) { return number(value); }

    [[nodiscard]] bool u16(std::uint16_t value) { return number(value); }

    [[nodiscard]] bool u32(std::uint32_t value) { return number(value); }

    [[nodiscard]] bool put(std::span<const std::byte> bytes) {
        if (bytes.size() > room_.size() - written_) {
            return false;
        }
        std::copy(bytes.begin(), bytes.end(), room_.subspan(written_).begin());
        written_ += bytes.size();
        return true;
    }

    [[nodiscard]] std::size_t written() const { return written_; }

private:
    template <std::unsigned_integral T>
    bool number(T value) {
        std::uint32_t rest = value;
        std::array<std::byte, sizeof(T)> bytes{};
        for (auto b = bytes.rbegin(); b != bytes.rend(); ++b) {
            *b = static_cast<std::byte>(rest & 0xffU);
            rest >>= 8U;
        }
        return put(bytes);
    }

    std::span<std::byte> room_;
    std::size_t written_ = 0;
};

/// The same bytes as characters; NULs and all.
[[nodiscard]] inline std::string to_text(std::span<const std::byte> bytes) {
    std::string text(bytes.size(), '\0');
    std::transform(bytes.begin(), bytes.end(), text.begin(),
                   [](std::byte b) { return static_cast<char>(b); });
    return text;
}

} // namespace rfb
