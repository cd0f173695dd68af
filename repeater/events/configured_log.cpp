// Chooses the log's format; each format writes whole lines, with their times.
// SPDX-License-Identifier: EUPL-1.2
#include "repeater/events/configured_log.hpp"

#include "repeater/events/compat_log.hpp"
#include "repeater/events/json_log.hpp"
#include "repeater/events/text_log.hpp"
#include "repeater/events/utc_time.hpp"

namespace repeater {

namespace {

/// What the log tells of itself, as a whole line. On the log's thread.
std::string notice(log_format form, service::log_level level, std::string_view event,
                   const boost::json::object& members) {
    if (form == log_format::compat) {
        return compat_notice(event, members);
    }
    const event_fields e{event, level, members};
    const auto now = utc_time(std::chrono::system_clock::now());
    return form == log_format::text ? text_line(now, e) : json_line(now, e);
}

service::log::options options_of(const log_config& c, std::chrono::milliseconds patience) {
    service::log::options options;
    options.file = c.file;
    // The Perl has no levels, so that its log always tells everything.
    options.from = c.format == log_format::compat ? service::log_level::debug : c.level;
    options.pattern = "%v";
    options.tag = "ultravnc_repeater";
    options.patience = patience;
    options.starts_later = true;
    options.notice = [form = c.format](service::log_level level, std::string_view event,
                                       const boost::json::object& members) {
        return notice(form, level, event, members);
    };
    return options;
}

std::unique_ptr<event_sink> make_sink(const log_config& c, service::log& lines) {
    switch (c.format) {
    case log_format::compat:
        return std::make_unique<compat_log>(lines);
    case log_format::text:
        return std::make_unique<text_log>(lines, c.ids, c.id_key);
    case log_format::json:
        break;
    }
    return std::make_unique<json_log>(lines, c.ids, c.id_key);
}

} // namespace

configured_log::configured_log(const log_config& c, std::chrono::milliseconds patience)
    : lines_(options_of(c, patience)), sink_(make_sink(c, lines_)) {}

} // namespace repeater
