// What logs and outputs say of an event: its name, its level and its members.
// SPDX-License-Identifier: EUPL-1.2
#pragma once

#include "repeater/events/id_printer.hpp"
#include "service/log.hpp"

#include <boost/json/object.hpp>

#include <string_view>

namespace repeater {

/// The one description that the text log, the JSON log and the outputs render. (The compat log has
/// the Perl's words instead.)
struct event_fields {
    std::string_view name; ///< one word; several kinds of event may share it, told apart by `why`
    service::log_level level{};
    /// In the order in which they are shown. Text, whole numbers, truth values and lists of text;
    /// a floating-point number counts seconds. All text is printable ASCII: bytes from outside have
    /// been escaped (net::escaped).
    boost::json::object members;
};

/// Pure but for the printer's key. Peers are "203.0.113.9:4711" or "unix", IDs as the printer shows
/// them.
[[nodiscard]] event_fields fields_of(const any_event&, const id_printer&);

/// True for what happens to peers and pairs, and for start and stop: what event outputs carry. The
/// rest are the log's details.
[[nodiscard]] bool is_milestone(const event_fields&);

} // namespace repeater
