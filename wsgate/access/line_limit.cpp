// Asks the client's bucket first, so that one client alone cannot use up the lines of all.
// SPDX-License-Identifier: EUPL-1.2
#include "wsgate/access/line_limit.hpp"

namespace wsgate {

std::optional<std::uint64_t> line_limit::admit(net::source_key client, time_point now) {
    constexpr net::source_key everybody{};
    if (clients_.shut_out(client, now) || all_.shut_out(everybody, now)) {
        ++left_out_;
        return std::nullopt;
    }
    (void)clients_.failed(client, now);
    (void)all_.failed(everybody, now);
    return left_out_.exchange(0);
}

} // namespace wsgate
