// Numbers on both sides of a slash and a comma.
// SPDX-License-Identifier: EUPL-1.2
#include "net/limits/rate.hpp"

#include "net/text/number.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace net {

namespace {

using unit = std::pair<std::string_view, std::chrono::milliseconds>;

constexpr std::array<unit, 3> units{{
    {"s", std::chrono::seconds(1)},
    {"min", std::chrono::minutes(1)},
    {"h", std::chrono::hours(1)},
}};

} // namespace

std::optional<rate> parse_rate(std::string_view text) {
    if (text == "0") {
        return rate{};
    }
    const auto comma = std::min(text.find(','), text.size());
    const auto slash = std::min(text.find('/'), comma);
    const auto count = parse_number<std::uint32_t>(text.substr(0, slash));
    const auto per = text.substr(std::min(slash + 1, comma), comma - std::min(slash + 1, comma));
    const auto* const found =
        std::find_if(units.begin(), units.end(), [per](const unit& u) { return u.first == per; });
    const auto burst =
        comma == text.size() ? count : parse_number<std::uint32_t>(text.substr(comma + 1));
    constexpr std::uint32_t most = 1'000'000;
    if (!count || !burst || found == units.end() || *count == 0 || *burst == 0 || *count > most ||
        *burst > most) {
        return std::nullopt;
    }
    return rate{*count, found->second, *burst};
}

std::string to_string(const rate& r) {
    const auto* const found =
        std::find_if(units.begin(), units.end(), [&r](const unit& u) { return u.second == r.in; });
    if (!r.is_limited() || found == units.end()) {
        return "0";
    }
    auto text = std::to_string(r.count) + "/" + std::string{found->first};
    return r.burst == r.count ? text : text + "," + std::to_string(r.burst);
}

} // namespace net
