// Time, level and what service::log_line makes of the description, within braces.
// SPDX-License-Identifier: EUPL-1.2
#include "repeater/events/json_log.hpp"

#include "repeater/events/utc_time.hpp"
#include "service/log_line.hpp"

#include <fmt/format.h>
#include <utility>

namespace repeater {

namespace {

std::string without_braces(const event_fields& e) {
    return service::log_line(service::log_format::json, e.name, e.members);
}

} // namespace

std::string json_text(const event_fields& e) {
    return '{' + without_braces(e) + '}';
}

std::string json_line(std::string_view time, const event_fields& e) {
    return fmt::format(R"({{"time":"{}","level":"{}",{}}})", time, service::name_of(e.level),
                       without_braces(e));
}

json_log::json_log(service::log& to, id_form form, const std::string& id_key)
    : log_(to), id_(form, id_key) {}

void json_log::receive(const any_event& e) {
    const auto fields = fields_of(e, id_);
    log_.line(fields.level, json_line(utc_time(std::chrono::system_clock::now()), fields));
}

} // namespace repeater
