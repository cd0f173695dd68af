// Limits how many lines refused clients leave in the log. The time is a parameter.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/limits/allowance.hpp"
#include "net/limits/source_table.hpp"
#include "wsgate/access/limit.hpp"
#include "wsgate/http/handshake_failure.hpp"

#include <boost/asio/ip/address.hpp>

#include <cstdint>
#include <mutex>
#include <optional>
#include <variant>

namespace wsgate {

/// Strangers can be refused as often as they like, and must not fill the log with it. Of each
/// client and kind so many lines are written in five minutes: of limits that were hit one, of other
/// reasons five. Of clients on this machine all are, up to the limit that holds for all clients
/// together. Once a minute one that would be left out is written all the same, and tells how many
/// were. Shared by all threads. security G3
class line_limit {
public:
    using time_point = net::clock::time_point;
    using kind = std::variant<limit, handshake_failure>;

    /// Returns how many lines were left out since the last one that was written, for this line to
    /// tell; nothing where this line is left out as well.
    [[nodiscard]] std::optional<std::uint64_t>
    admit(const std::optional<boost::asio::ip::address>& client, const kind&, time_point now);

private:
    struct row {
        net::allowance lines;

        [[nodiscard]] static bool is_in_use() { return false; }
    };

    [[nodiscard]] bool is_in_rate(const std::optional<boost::asio::ip::address>& client,
                                  const kind&, time_point now);

    std::mutex mutex_;
    net::source_table<row> of_client_;
    net::allowance of_all_;
    std::uint64_t left_out_ = 0;
    time_point summary_at_{}; ///< where some were left out
};

} // namespace wsgate
