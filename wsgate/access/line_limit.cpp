// Asks for the client's own lines first, so that one client alone cannot use up those of all.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/access/line_limit.hpp"

#include <chrono>
#include <utility>

namespace wsgate {

namespace {

constexpr net::rate of_limits{1, std::chrono::minutes(5), 1};
constexpr net::rate of_other_reasons{5, std::chrono::minutes(5), 5};
constexpr net::rate in_all{1, std::chrono::seconds(1), 200};
constexpr std::chrono::minutes between_summaries{1};

std::uint64_t number_of(const line_limit::kind& k) {
    constexpr std::uint64_t most_limits = 64;
    return k.index() == 0 ? static_cast<std::uint64_t>(std::get<limit>(k))
                          : most_limits + static_cast<std::uint64_t>(std::get<1>(k));
}

} // namespace

bool line_limit::is_in_rate(const std::optional<boost::asio::ip::address>& client, const kind& k,
                            time_point now) {
    if (!client || client->is_loopback()) {
        return true;
    }
    auto* const mine = of_client_.use(net::key_of(client, number_of(k)));
    return mine == nullptr || mine->lines.take(k.index() == 0 ? of_limits : of_other_reasons, now);
}

std::optional<std::uint64_t>
line_limit::admit(const std::optional<boost::asio::ip::address>& client, const kind& k,
                  time_point now) {
    const std::lock_guard lock(mutex_);
    if (!is_in_rate(client, k, now) || !of_all_.take(in_all, now)) {
        if (left_out_ == 0) {
            summary_at_ = now + between_summaries;
        }
        if (now < summary_at_) {
            ++left_out_;
            return std::nullopt;
        }
    }
    return std::exchange(left_out_, 0);
}

} // namespace wsgate
