// The hello block: the same whole and in two parts; parsing it knows only its errors.
// SPDX-License-Identifier: EUPL-1.2
#include "rfb/first_bytes.hpp"
#include "rfb/hello.hpp"
#include "tests/fuzz/fuzz.hpp"

#include <algorithm>

namespace {

using bytes = std::span<const std::byte>;

void collect(bytes all, std::size_t size, std::size_t cut) {
    rfb::hello_reader whole({.size = size});
    rfb::hello_reader split({.size = size});
    const auto taken = whole.feed(all);
    fuzz::require(taken <= all.size() && std::ranges::equal(whole.block(), all.first(taken)));
    std::size_t taken_by_parts = split.feed(all.first(cut));
    if (!split.complete()) {
        taken_by_parts += split.feed(all.subspan(cut));
    }
    // Without a size the cut decides; otherwise it may not.
    fuzz::require(size == 0 || (taken == taken_by_parts && whole.complete() == split.complete()));
    fuzz::require(std::ranges::equal(split.block(), all.first(taken_by_parts)));
    (void)rfb::recognise(split.block());
    if (const auto early = split.take_short()) {
        fuzz::require(split.complete() && split.block().size() + early->size() == taken_by_parts);
    }
}

void parse(bytes block, rfb::side from, rfb::id_match match) {
    const auto said = rfb::parse_hello(block, from, {.size = block.size(), .match = match});
    // What stands behind the first NUL does not count.
    const auto kept = block.first(static_cast<std::size_t>(
        std::find(block.begin(), block.end(), std::byte{0}) - block.begin()));
    const auto cut = rfb::parse_hello(kept, from, {.size = kept.size(), .match = match});
    fuzz::require(said.has_value() == cut.has_value());
    if (!said) {
        fuzz::require(said.error() == cut.error() && said.error().category() == rfb::category());
        return;
    }
    fuzz::require(said->wish == cut->wish && said->port == cut->port && said->key == cut->key);
    if (std::holds_alternative<rfb::destination>(said->wish)) {
        fuzz::require(from == rfb::side::viewer && match != rfb::id_match::raw);
    }
}

} // namespace

// Input: a size, a cut, then the stream.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* input, std::size_t size) {
    if (size < 2) {
        return 0;
    }
    const auto stream = fuzz::as_bytes(input, size).subspan(2);
    collect(stream, input[0], std::min<std::size_t>(input[1], stream.size()));
    for (const auto from : {rfb::side::viewer, rfb::side::server}) {
        for (const auto match : {rfb::id_match::word, rfb::id_match::exact, rfb::id_match::raw}) {
            parse(stream, from, match);
        }
    }
    return 0;
}
