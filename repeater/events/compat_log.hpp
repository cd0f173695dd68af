// Events in the words of ultravnc_repeater.pl, line for line.              repeater spec 6
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "repeater/events/event.hpp"
#include "service/log.hpp"

#include <boost/json/object.hpp>

#include <ctime>
#include <string>
#include <string_view>

namespace repeater {

/// For scripts and people that read the Perl's log: IDs in plain, no addresses. What the Perl has
/// no words for gets a line of its own in the same form; nothing is inserted into the Perl's lines.
class compat_log final : public event_sink {
public:
    explicit compat_log(service::log& to);

    /// From any thread: outputs tell of their losses on threads of their own.
    void receive(const any_event&) override;

private:
    service::log& log_;
    std::string process_; ///< our number, which the Perl puts before some lines
};

/// What the log tells of itself, as a whole line. From any thread.
[[nodiscard]] std::string compat_notice(std::string_view event, const boost::json::object& members);

/// "Sun Nov 22 22:37:23 2026: ": local time as ctime(3) writes it.
[[nodiscard]] std::string compat_time(std::time_t);

} // namespace repeater
