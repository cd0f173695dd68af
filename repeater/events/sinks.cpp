// Which log is made.
// SPDX-License-Identifier: EUPL-1.2
#include "repeater/events/sinks.hpp"

#include "repeater/events/compat_log.hpp"
#include "repeater/events/text_log.hpp"

namespace repeater {

namespace {

service::log::options options_of(const log_config& c) {
    service::log::options options;
    options.file = c.file;
    options.from = c.level;
    if (c.format != log_format::text) {
        options.pattern = "%v"; // its lines carry their own time
    }
    if (c.format == log_format::compat) {
        options.from = service::log_level::debug;
    }
    return options;
}

std::unique_ptr<event_sink> make_sink(const log_config& c, service::log& log) {
    switch (c.format) {
    case log_format::compat:
        return std::make_unique<compat_log>(log);
    case log_format::text:
        return std::make_unique<event_log>(log, c.ids);
    case log_format::json:
        break;
    }
    return std::make_unique<json_log>(log, c.ids);
}

} // namespace

logging::logging(const log_config& c) : log_(options_of(c)), sink_(make_sink(c, log_)) {}

} // namespace repeater
