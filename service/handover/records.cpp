// A head before each record's fields; the descriptors stand in the order of the records.
// SPDX-License-Identifier: EUPL-1.2
#include "service/handover/records.hpp"

#include <iterator>

namespace service {

namespace {

constexpr std::size_t length_at = 2;

std::size_t length_of(std::span<const std::byte> head) {
    std::size_t length = 0;
    for (const auto each : head.subspan(length_at, record_batch::head_size - length_at)) {
        length = (length << 8U) | std::to_integer<std::size_t>(each);
    }
    return length;
}

} // namespace

bool record_batch::add(std::uint8_t kind, std::span<const std::byte> fields,
                       std::span<const int> descriptors) {
    if (bytes_.size() + head_size + fields.size() > net::message_socket::max_bytes ||
        descriptors_.size() + descriptors.size() > net::message_socket::max_descriptors) {
        return false;
    }
    const auto length = static_cast<std::uint32_t>(fields.size());
    bytes_.push_back(static_cast<std::byte>(kind));
    bytes_.push_back(static_cast<std::byte>(descriptors.size()));
    for (const unsigned shift : {24U, 16U, 8U, 0U}) {
        bytes_.push_back(static_cast<std::byte>((length >> shift) & 0xffU));
    }
    bytes_.insert(bytes_.end(), fields.begin(), fields.end());
    descriptors_.insert(descriptors_.end(), descriptors.begin(), descriptors.end());
    return true;
}

void record_batch::clear() {
    bytes_.clear();
    descriptors_.clear();
}

std::optional<std::vector<record>> records_of(net::message m) {
    std::vector<record> all;
    std::span<const std::byte> rest = m.bytes;
    auto next = m.descriptors.begin();
    while (!rest.empty()) {
        if (rest.size() < record_batch::head_size) {
            return std::nullopt;
        }
        const auto count = std::to_integer<std::ptrdiff_t>(rest[1]);
        const auto length = length_of(rest);
        if (rest.size() - record_batch::head_size < length ||
            std::distance(next, m.descriptors.end()) < count) {
            return std::nullopt;
        }
        const auto fields = rest.subspan(record_batch::head_size, length);
        all.push_back({std::to_integer<std::uint8_t>(rest[0]), {fields.begin(), fields.end()}, {}});
        all.back().descriptors.assign(std::make_move_iterator(next),
                                      std::make_move_iterator(next + count));
        next += count;
        rest = rest.subspan(record_batch::head_size + length);
    }
    return next == m.descriptors.end() ? std::optional{std::move(all)} : std::nullopt;
}

} // namespace service
