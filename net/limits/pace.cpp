// Adds the price of what is taken to the time until which all is paid.
// SPDX-License-Identifier: EUPL-1.2
#include "net/limits/pace.hpp"

#include "net/text/number.hpp"

#include <algorithm>
#include <chrono>

namespace net {

namespace {

using namespace std::chrono_literals;

constexpr clock::duration kept = 50ms;
constexpr std::uint64_t portions_a_second = 100;
constexpr std::uint64_t least_portion = 1024;
constexpr std::uint64_t most_portion = 65536;

clock::duration price(std::uint64_t bytes, std::uint64_t rate) {
    const auto seconds = static_cast<double>(bytes) / static_cast<double>(rate);
    return std::chrono::duration_cast<clock::duration>(std::chrono::duration<double>(seconds));
}

} // namespace

std::size_t pace::portion() const {
    return std::clamp(rate_.load() / portions_a_second, least_portion, most_portion);
}

pace::time_point pace::take(std::uint64_t bytes, time_point now) {
    const auto rate = rate_.load();
    if (rate == 0) {
        return now;
    }
    const auto cost = price(bytes, rate).count();
    const auto earliest = (now - kept).time_since_epoch().count();
    auto before = paid_until_.load();
    auto after = std::max(before, earliest) + cost;
    while (!paid_until_.compare_exchange_weak(before, after)) {
        after = std::max(before, earliest) + cost;
    }
    return time_point{clock::duration{after}};
}

std::optional<std::uint64_t> parse_bytes(std::string_view text) {
    constexpr std::string_view suffixes = "KMG";
    constexpr std::uint64_t step = 1000;
    constexpr std::uint64_t too_much = 1'000'000'000'000;
    std::uint64_t factor = 1;
    if (const auto found = text.empty() ? text.npos : suffixes.find(text.back());
        found != text.npos) {
        text.remove_suffix(1);
        for (std::size_t i = 0; i <= found; ++i) {
            factor *= step;
        }
    }
    const auto number = parse_number<std::uint64_t>(text);
    if (!number || *number > too_much / factor) {
        return std::nullopt;
    }
    return *number * factor;
}

} // namespace net
