// Time and level, then what service::log_line makes of the description.
// SPDX-License-Identifier: EUPL-1.2
#include "repeater/events/text_log.hpp"

#include "repeater/events/utc_time.hpp"
#include "service/log_line.hpp"

#include <fmt/format.h>
#include <utility>

namespace repeater {

std::string text_line(std::string_view time, const event_fields& e) {
    return fmt::format("{} {} {}", time, service::name_of(e.level),
                       service::log_line(service::log_format::text, e.name, e.members));
}

text_log::text_log(service::log& to, id_form form, const std::string& id_key)
    : log_(to), id_(form, id_key) {}

void text_log::receive(const any_event& e) {
    const auto fields = fields_of(e, id_);
    log_.line(fields.level, text_line(utc_time(std::chrono::system_clock::now()), fields));
}

} // namespace repeater
