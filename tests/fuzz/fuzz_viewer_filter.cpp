// What passes a filter is the same however it was cut, and passes the same filter again.
// SPDX-License-Identifier: EUPL-1.2
#include "rfb/policy/viewer_filter.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace {

using bytes = std::vector<std::byte>;

rfb::viewer_policy policy_of(unsigned bits) {
    const auto is_set = [bits](unsigned place) { return (bits >> place & 1U) != 0; };
    return {is_set(0), !is_set(1), !is_set(2), !is_set(3), !is_set(4)};
}

} // namespace

// Input: the policy, and what the viewer says.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* input, std::size_t size) {
    if (size == 0) {
        return 0;
    }
    const unsigned bits = input[0]; // NOLINT(*-pointer-arithmetic): as libFuzzer gives it
    const auto said = fuzz::as_bytes(input, size).subspan(1);
    const rfb::message_dialect dialect{(bits & 0x20U) != 0, (bits & 0x40U) != 0};
    rfb::viewer_filter whole(policy_of(bits), dialect);
    rfb::viewer_filter single(policy_of(bits), dialect);
    rfb::viewer_filter again(policy_of(bits), dialect);
    bytes passed;
    bytes one_by_one;
    bytes twice;
    const bool goes_on = whole.pass(said, passed);
    bool single_goes_on = true;
    for (const auto& each : said) {
        single_goes_on = single.pass({&each, 1}, one_by_one);
    }
    fuzz::require(passed == one_by_one && goes_on == single_goes_on &&
                  whole.surprised() == single.surprised());
    fuzz::require(again.pass(passed, twice));
    fuzz::require(twice == passed);
    return 0;
}
