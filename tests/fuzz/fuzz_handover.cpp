// Records from another process: nothing is read that would not be written so.
// SPDX-License-Identifier: EUPL-1.2
#include "repeater/handover/records.hpp"
#include "service/handover/records.hpp"
#include "tests/fuzz/fuzz.hpp"

#include <cstddef>
#include <span>

namespace {

using namespace repeater;

/// What was read is written, and read again, as it is.
template <class T>
void check(std::span<const std::byte> fields) {
    if (const auto got = read<T>(fields)) {
        const auto written = fields_of(*got);
        const auto again = read<T>(written);
        fuzz::require(again && fields_of(*again) == written);
    }
}

void check_all(std::span<const std::byte> fields) {
    check<moved_listener>(fields);
    check<moved_waiter>(fields);
    check<moved_guest>(fields);
    check<moved_pair>(fields);
    check<moved_counts>(fields);
    check<moved_summary>(fields);
    check<outputs::position>(fields);
    check<outputs::queued>(fields);
    check<session_number>(fields);
    check<std::string>(fields);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* input, std::size_t size) {
    const auto bytes = std::as_bytes(std::span(input, size));
    check_all(bytes);
    service::record_batch batch;
    if (const auto records = service::records_of({{bytes.begin(), bytes.end()}, {}})) {
        for (const auto& each : *records) {
            check_all(each.fields);
            fuzz::require(batch.add(each.kind, each.fields, {}));
        }
        fuzz::require(
            std::equal(bytes.begin(), bytes.end(), batch.bytes().begin(), batch.bytes().end()));
    }
    return 0;
}
