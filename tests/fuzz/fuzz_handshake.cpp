// The listener: cuts do not matter, nor, up to max_lead, which side is heard first.
// SPDX-License-Identifier: EUPL-1.2
#include "rfb/handshake.hpp"
#include "tests/fuzz/fuzz.hpp"

#include <algorithm>

namespace {

using bytes = std::span<const std::byte>;

struct part {
    rfb::side from;
    bytes data;
};

// Input: parts, each a byte (top bit: the viewer's; the rest: how many bytes) and its bytes.
std::vector<part> parts_of(bytes input) {
    std::vector<part> parts;
    while (!input.empty()) {
        const auto head = std::to_integer<unsigned>(input.front());
        input = input.subspan(1);
        const auto size = std::min<std::size_t>(head & 0x7fU, input.size());
        parts.push_back(
            {(head & 0x80U) != 0 ? rfb::side::viewer : rfb::side::server, input.first(size)});
        input = input.subspan(size);
    }
    return parts;
}

std::size_t sent_by(rfb::side from, const std::vector<part>& parts) {
    std::size_t sum = 0;
    for (const auto& p : parts) {
        sum += p.from == from ? p.data.size() : 0;
    }
    return sum;
}

rfb::handshake_facts heard_first(rfb::side first, const std::vector<part>& parts) {
    rfb::handshake_reader reader;
    for (const auto from : {first, rfb::other(first)}) {
        for (const auto& p : parts) {
            if (p.from == from) {
                reader.feed(from, p.data);
            }
        }
    }
    return reader.facts();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* input, std::size_t size) {
    const auto parts = parts_of(fuzz::as_bytes(input, size));
    rfb::handshake_reader whole;
    rfb::handshake_reader single;
    for (const auto& p : parts) {
        whole.feed(p.from, p.data);
        for (const auto& b : p.data) {
            single.feed(p.from, {&b, 1});
        }
        fuzz::require(whole.facts() == single.facts());
    }
    const auto& facts = whole.facts();
    fuzz::require(facts.desktop_name.size() <= facts.max_text &&
                  facts.reason.size() <= facts.max_text);
    const auto limit = rfb::handshake_reader::max_lead;
    if (sent_by(rfb::side::viewer, parts) <= limit && sent_by(rfb::side::server, parts) <= limit) {
        fuzz::require(facts == heard_first(rfb::side::viewer, parts));
        fuzz::require(facts == heard_first(rfb::side::server, parts));
    }
    return 0;
}
