// Big-endian, with lengths before texts.
// SPDX-License-Identifier: EUPL-1.2
#include "service/handover/fields.hpp"

#include <algorithm>

namespace service {

namespace {

constexpr std::size_t number_size = 8;
constexpr std::size_t length_size = 4;

void append(std::vector<std::byte>& to, std::uint64_t value, std::size_t size) {
    constexpr unsigned bits = 8;
    for (auto left = size; left > 0; --left) {
        to.push_back(static_cast<std::byte>((value >> (bits * (left - 1))) & 0xffU));
    }
}

} // namespace

void field_writer::number(std::uint64_t value) {
    append(written_, value, number_size);
}

void field_writer::text(std::string_view value) {
    bytes(std::as_bytes(std::span(value)));
}

void field_writer::bytes(std::span<const std::byte> value) {
    append(written_, value.size(), length_size);
    written_.insert(written_.end(), value.begin(), value.end());
}

std::uint64_t field_reader::big_endian(std::size_t size) {
    if (rest_.empty() || rest_.size() < size) {
        failed_ = failed_ || !rest_.empty();
        rest_ = {};
        return 0;
    }
    std::uint64_t value = 0;
    for (const auto each : rest_.first(size)) {
        value = (value << 8U) | std::to_integer<std::uint64_t>(each);
    }
    rest_ = rest_.subspan(size);
    return value;
}

std::uint64_t field_reader::number() {
    return big_endian(number_size);
}

std::uint64_t field_reader::number_up_to(std::uint64_t most) {
    const auto value = number();
    failed_ = failed_ || value > most;
    return value > most ? 0 : value;
}

std::span<const std::byte> field_reader::bytes() {
    const auto size = big_endian(length_size);
    failed_ = failed_ || size > rest_.size();
    const auto taken = rest_.first(std::min<std::size_t>(size, rest_.size()));
    rest_ = rest_.subspan(taken.size());
    return taken;
}

std::string field_reader::text() {
    const auto all = bytes();
    std::string value(all.size(), '\0');
    std::transform(all.begin(), all.end(), value.begin(),
                   [](std::byte b) { return static_cast<char>(b); });
    return value;
}

} // namespace service
