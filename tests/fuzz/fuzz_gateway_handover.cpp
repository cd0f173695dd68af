// Records from another process of the gateway: what is read makes no decoder that misbehaves.
// SPDX-License-Identifier: EUPL-1.2
#include "tests/fuzz/fuzz.hpp"
#include "wsgate/handover/records.hpp"

#include <array>
#include <cstddef>
#include <span>

namespace {

using namespace wsgate;

/// What was read is written, and read again, as it is.
template <class T>
std::optional<T> check(std::span<const std::byte> fields) {
    auto got = read<T>(fields);
    if (got) {
        const auto written = fields_of(*got);
        const auto again = read<T>(written);
        fuzz::require(again && fields_of(*again) == written);
    }
    return got;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* input, std::size_t size) {
    const auto bytes = std::as_bytes(std::span(input, size));
    (void)check<moved_listener>(bytes);
    (void)check<ticket_ring::aged_key>(bytes);
    (void)check<moved_summary>(bytes);
    (void)check<moved_numbers>(bytes);
    if (auto session = check<moved_session>(bytes)) {
        std::array<std::byte, 256> received{};
        const auto got = session->state.decoder.decode(received);
        fuzz::require(got.payload <= received.size());
    }
    return 0;
}
