// Numbers and texts as bytes, for what one image of a program tells the next.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace service {

/// Appends fields: a number takes 8 bytes, the highest first; a text 4 bytes of length, and itself.
class field_writer {
public:
    void number(std::uint64_t);

    void text(std::string_view);
    void bytes(std::span<const std::byte>);

    [[nodiscard]] std::vector<std::byte> take() { return std::move(written_); }

private:
    std::vector<std::byte> written_;
};

/// Reads fields in the order in which they were written. Where the fields end sooner there are
/// zeros and empty texts: a later version of a record has more fields, behind those that were
/// there, and both versions read each other's. Never throws.
class field_reader {
public:
    explicit field_reader(std::span<const std::byte> fields) : rest_(fields) {}

    [[nodiscard]] std::uint64_t number();

    /// A number that may be `most` at most; a larger one is a failure, and becomes 0.
    [[nodiscard]] std::uint64_t number_up_to(std::uint64_t most);

    /// A value of an enumeration, whose last one is named.
    template <class Enum>
    [[nodiscard]] Enum choice(Enum last) {
        return static_cast<Enum>(number_up_to(static_cast<std::uint64_t>(last)));
    }

    [[nodiscard]] bool flag() { return number_up_to(1) == 1; }

    [[nodiscard]] std::string text();

    /// Within the fields that are read.
    [[nodiscard]] std::span<const std::byte> bytes();

    /// A field was cut, or was not what it may be.
    [[nodiscard]] bool has_failed() const { return failed_; }

    /// What was read makes no sense to its reader.
    void fail() { failed_ = true; }

private:
    [[nodiscard]] std::uint64_t big_endian(std::size_t size);

    std::span<const std::byte> rest_;
    bool failed_ = false;
};

/// What was read; nothing where that has failed.
template <class T>
[[nodiscard]] std::optional<T> unless_failed(const field_reader& in, T value) {
    return in.has_failed() ? std::nullopt : std::optional{std::move(value)};
}

} // namespace service
