// Reads a single range, whose numbers may have any length.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/http/byte_range.hpp"

#include "wsgate/text/ascii.hpp"

#include <algorithm>
#include <charconv>
#include <limits>
#include <optional>

namespace wsgate {

namespace {

/// Reads digits only; a number that does not fit becomes the largest one that does.
std::optional<std::uint64_t> number(std::string_view digits) {
    std::uint64_t value = 0;
    const auto* const end = digits.data() + digits.size();
    const auto [stop, ec] = std::from_chars(digits.data(), end, value);
    if (digits.empty() || stop != end) {
        return std::nullopt;
    }
    return ec == std::errc::result_out_of_range ? std::numeric_limits<std::uint64_t>::max() : value;
}

/// The range of the last `count` bytes.
range_choice suffix(std::uint64_t count, std::uint64_t size) {
    if (count == 0) {
        return unsatisfiable{};
    }
    if (size == 0) { // Content-Range cannot describe an empty range
        return whole_file{};
    }
    const auto some = std::min(count, size);
    return byte_range{size - some, some};
}

} // namespace

range_choice choose_range(std::string_view field, std::uint64_t size) {
    constexpr std::string_view unit = "bytes=";
    if (!equal_but_for_case(field.substr(0, unit.size()), unit)) {
        return whole_file{};
    }
    const auto spec = trimmed(field.substr(unit.size()));
    const auto dash = spec.find('-');
    if (dash == std::string_view::npos) {
        return whole_file{};
    }
    const auto from = spec.substr(0, dash);
    const auto to = spec.substr(dash + 1);
    const auto first = number(from);
    const auto last = number(to);
    if (from.empty()) {
        return last ? suffix(*last, size) : range_choice{};
    }
    if (!first || (!to.empty() && (!last || *last < *first))) {
        return whole_file{};
    }
    if (*first >= size) {
        return unsatisfiable{};
    }
    const auto end = last ? std::min(*last, size - 1) : size - 1;
    return byte_range{*first, end - *first + 1};
}

} // namespace wsgate
