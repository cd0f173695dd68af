// Limits how many lines of the log a stranger can cause. The time is a parameter.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "net/connection.hpp"
#include "net/limits/allowance.hpp"
#include "net/limits/source_table.hpp"
#include "repeater/events/event.hpp"

#include <array>
#include <cstdint>
#include <optional>

namespace repeater {

/// Everybody may connect, and do it wrong, as often as they like. Of each source and kind of event
/// so many are told in five minutes: of limits that were hit one, of what went wrong five, of the
/// ordinary course of things 120. Of sources on this machine (wsgate, a balancer) all are told, up
/// to the limit that holds for all sources together. What nobody outside can cause at will is
/// always told. security G3
class line_limit {
public:
    /// Whether the event is told.
    [[nodiscard]] bool admits(const any_event&, net::clock::time_point now);

    /// How many were left out since the last time; a minute after the first of them, or at the end.
    /// To be asked with each event, told or not.
    [[nodiscard]] std::optional<std::uint64_t> left_out(const any_event&,
                                                        net::clock::time_point now);

private:
    struct row {
        net::allowance lines;

        [[nodiscard]] static bool is_in_use() { return false; }
    };

    net::source_table<row> of_source_;
    std::array<net::allowance, 2> of_all_; ///< what went wrong, and the ordinary
    std::uint64_t left_out_ = 0;
    net::clock::time_point left_out_since_{};
};

} // namespace repeater
